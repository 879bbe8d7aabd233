/** The requirements of a gate, from a file and from the command line over it. */
import { InvalidArgumentError } from 'commander';
import { ConfigError } from '../core/errors.js';
import { type GateSettings, gateOptions } from '../evaluation/gate-options.js';
import { metricByName } from '../metrics/registry.js';
import { readYaml } from '../model/yaml.js';

export interface GateFlags {
  gate?: string;
  /** A file as `gate`, or limits. */
  thresholds?: string;
  min: Readonly<Record<string, number>>;
  max: Readonly<Record<string, number>>;
  lower: Readonly<Record<string, number>>;
  upper: Readonly<Record<string, number>>;
  beatBaselines?: boolean;
  minRows?: number;
  split?: 'validation' | 'test' | 'holdout';
}

/** `metric=limit`. */
export function limit(text: string, previous: Readonly<Record<string, number>>): Record<string, number> {
  const at = text.indexOf('=');
  const value = Number(text.slice(at + 1));
  if (at < 1 || text.slice(at + 1).trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError('not of the form metric=limit.');
  return { ...previous, [text.slice(0, at).trim()]: value };
}

/** `metric=limit,metric=limit`. @throws ConfigError - of another form */
function limitsOf(text: string): Record<string, number> {
  try {
    return text.split(',').reduce((limits: Record<string, number>, part) => limit(part, limits), {});
  } catch (cause) {
    throw new ConfigError(`--thresholds ${text.slice(0, 200)} is no list of limits`, {
      hint: 'Such as rocAuc=0.55,logLoss=0.69; or the name of a file as for --gate.',
      cause,
    });
  }
}

/** @throws ConfigError - an unknown key or metric, or no requirement at all */
export async function gateOf(flags: GateFlags): Promise<GateSettings> {
  const inline = flags.thresholds !== undefined && /^\s*\w+\s*=/.test(flags.thresholds);
  const path = flags.gate ?? (inline ? undefined : flags.thresholds);
  if (flags.gate !== undefined && flags.thresholds !== undefined && !inline)
    throw new ConfigError('--gate and --thresholds both name a file', { hint: 'Give one of them.' });
  const file = path === undefined ? undefined : await readYaml(path, gateOptions, 'gate');
  const metrics: Record<string, Record<string, number>> = {};
  for (const [name, limits] of Object.entries(file?.metrics ?? {})) metrics[name] = { ...limits };
  for (const [name, value] of Object.entries(inline ? limitsOf(flags.thresholds ?? '') : {})) {
    const metric = metricByName(name);
    const side = metric.direction === 'maximize' ? 'min' : 'max';
    metrics[metric.name] = { ...metrics[metric.name], [side]: value };
  }
  const kinds = { min: 'min', max: 'max', lower: 'lowerBound', upper: 'upperBound' } as const;
  for (const [flag, key] of Object.entries(kinds)) {
    for (const [name, value] of Object.entries(flags[flag as keyof typeof kinds])) {
      const metric = metricByName(name).name;
      metrics[metric] = { ...metrics[metric], [key]: value };
    }
  }
  const settings: GateSettings = {
    ...file,
    ...(Object.keys(metrics).length > 0 && { metrics }),
    ...(flags.beatBaselines && { baselines: { ...file?.baselines } }),
    ...(flags.minRows !== undefined && { minRows: flags.minRows }),
    ...(flags.split && { split: flags.split }),
  };
  const { split: _, ...requirements } = settings;
  if (Object.keys(requirements).length === 0)
    throw new ConfigError('The gate requires nothing', {
      hint: 'Give --gate gate.yaml, or limits such as --min rocAuc=0.55 --beat-baselines.',
    });
  return settings;
}
