/** The config schema of a neural model: the shared training parameters and the model's own, under all their names. */
import { type LazySchema, lazySchema, type ZodModule, type ZodType } from '../../core/schema.js';
import {
  TRAINING_ALIASES,
  TRAINING_DEFAULTS,
  type TrainingSettings,
  trainingConflicts,
  trainingShape,
} from './config.js';

export interface NeuralConfigParts<Settings> {
  /** Ranges of the model's own parameters. */
  readonly shape: (z: ZodModule) => Record<string, ZodType>;
  /** Of the model's own parameters, and of shared ones where the model has another. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Other names of the model's own parameters. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** What is wrong with the model's own parameters together. */
  readonly conflicts?: (settings: Settings) => [key: string, problem: string][];
}

/** Every parameter is optional, known under its name, its aliases and snake_case of each; one given twice is refused. */
export function neuralConfig<Settings extends TrainingSettings, Config>(
  parts: NeuralConfigParts<Settings>,
): LazySchema<ZodType<Settings, Config>> {
  return lazySchema((z): ZodType<Settings, Config> => {
    const own: Record<string, ZodType> = { ...trainingShape(z), ...parts.shape(z) };
    const names = namesOf(Object.keys(own), { ...TRAINING_ALIASES, ...parts.aliases });
    const shape = Object.fromEntries([...names].map(([key, name]) => [key, own[name].optional()]));
    return z.strictObject(shape).transform((given, context) => {
      const settings: Record<string, unknown> = { ...TRAINING_DEFAULTS, ...parts.defaults };
      const source = new Map<string, string>();
      const refuse = (key: string, message: string): void => {
        context.addIssue({ code: 'custom', path: [key], message });
      };
      for (const [key, value] of Object.entries(given)) {
        if (value === undefined) continue;
        const name = names.get(key) ?? key;
        const earlier = source.get(name);
        if (earlier !== undefined) refuse(key, `is the same parameter as '${earlier}': give one of them`);
        source.set(name, key);
        // null stands for 'none' where there is a default, and for the default where that is none.
        settings[name] = name in settings ? value : (value ?? undefined);
      }
      settings.loss ??= settings.task === 'regression' ? 'mse' : 'cross-entropy';
      settings.weightDecay ??= settings.optimizer === 'adamw' ? 0.01 : 0;
      // In one order whatever was given: a saved config gives the same bytes when it is read and saved again.
      const parsed = Object.fromEntries(
        Object.keys(own).flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])),
      ) as unknown as Settings;
      for (const [key, problem] of [...trainingConflicts(parsed), ...(parts.conflicts?.(parsed) ?? [])]) {
        refuse(source.get(key) ?? key, problem);
      }
      return parsed;
    }) as unknown as ZodType<Settings, Config>;
  });
}

/** Every key that is taken, and the parameter it stands for. */
function namesOf(own: readonly string[], aliases: Readonly<Record<string, string>>): Map<string, string> {
  const names = new Map(own.map((name) => [name, name]));
  for (const [alias, name] of Object.entries(aliases)) names.set(alias, name);
  for (const [key, name] of [...names]) names.set(snakeCase(key), name);
  return names;
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
