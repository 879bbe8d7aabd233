/** Parameters that may be given under several names. */
import type { ZodModule, ZodType } from './schema.js';

export type Report = (key: string, message: string) => void;

/** What was given, by main names; keys without one are left out. A parameter under two names is reported. */
export function byMainName(
  given: Readonly<Record<string, unknown>>,
  mainNames: ReadonlyMap<string, string>,
  report: Report,
): Record<string, unknown> {
  const parameters: Record<string, unknown> = {};
  const source = new Map<string, string>();
  for (const [key, value] of Object.entries(given)) {
    const name = mainNames.get(key);
    if (name === undefined || value === undefined) continue;
    const earlier = source.get(name);
    if (earlier !== undefined) report(key, `is the same parameter as '${earlier}': give one of them`);
    source.set(name, key);
    parameters[name] = value;
  }
  return parameters;
}

/** What was given to a schema of `withAliases`, settled; `source` holds the name each parameter was given under. */
export type Settle<T> = (given: Record<string, unknown>, source: ReadonlyMap<string, string>, report: Report) => T;

/**
 * A strict object of parameters that may each be given under their own name or an alias, which are keys of the schema too, so that a typing
 * error is compared with them. `settle` gets what was given by main name and makes the settings of it.
 */
export function withAliases<T, Input>(
  z: ZodModule,
  parameters: Readonly<Record<string, ZodType>>,
  aliases: Readonly<Record<string, string>>,
  settle: Settle<T>,
): ZodType<T, Input> {
  const shape: Record<string, ZodType> = { ...parameters };
  const mainNames = new Map(Object.keys(parameters).map((name) => [name, name]));
  for (const [alias, name] of Object.entries(aliases)) {
    shape[alias] = parameters[name];
    mainNames.set(alias, name);
  }
  return z.strictObject(shape).transform((given, context) => {
    const report: Report = (key, message) => context.addIssue({ code: 'custom', path: [key], message });
    const named = byMainName(given, mainNames, report);
    const source = new Map<string, string>();
    for (const [key, value] of Object.entries(given)) {
      if (value !== undefined) source.set(mainNames.get(key) ?? key, key);
    }
    return settle(named, source, report);
  }) as unknown as ZodType<T, Input>;
}
