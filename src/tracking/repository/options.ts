/** How a run repository is opened. */
import { ConfigError } from '../../core/errors.js';
import { type Logger, logOf } from '../../core/logging.js';
import { nearest } from '../../core/text.js';

/** Where runs are kept, and how patiently. */
export interface RepositoryOptions {
  /** Of a PostgreSQL server: 'postgresql://user:password@host:5432/database'. Default: an embedded database in `directory`. */
  readonly url?: string;
  /** Where runs are written; the embedded database lies in it, under `.database`. Default 'experiments/runs'. */
  readonly directory?: string;
  /** How long a call goes on trying while the database is gone. Default 60. */
  readonly retrySeconds?: number;
  /** Between two signs of life of running runs. Default 10. */
  readonly heartbeatSeconds?: number;
  /** Without a sign of life for so long, a run on a machine that cannot be seen from here counts as dead. Default 120. */
  readonly staleAfterSeconds?: number;
  /** Most connections to the server at a time. Default 2. */
  readonly connections?: number;
  /** Told of openings, tries after a lost connection, runs that are taken for dead, and (debug) every call. Default: nothing is logged. */
  readonly logger?: Logger;
}

type Resolved = Required<Omit<RepositoryOptions, 'url'>> & Pick<RepositoryOptions, 'url'>;

const NUMBERS = {
  retrySeconds: [60, 0, 86_400],
  heartbeatSeconds: [10, 0.05, 3600],
  staleAfterSeconds: [120, 0.1, 86_400],
  connections: [2, 1, 100],
} as const;

/** @throws ConfigError - unknown options, values out of their range */
export function resolveOptions(options: RepositoryOptions = {}): Resolved {
  const known = ['url', 'directory', 'logger', ...Object.keys(NUMBERS)];
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const close = nearest(key, known);
    throw new ConfigError(`TrainingRunRepository: unknown option '${key.slice(0, 100)}'`, {
      hint: close ? `Did you mean '${close}'?` : `Options: ${known.join(', ')}.`,
    });
  }
  const { directory = 'experiments/runs' } = options;
  if (typeof directory !== 'string' || directory === '' || directory.includes('\0')) {
    throw new ConfigError('TrainingRunRepository: directory is no path', { hint: "Such as 'experiments/runs'." });
  }
  const resolved = {
    url: options.url,
    logger: logOf(options.logger),
    directory,
    retrySeconds: inRange('retrySeconds', options),
    heartbeatSeconds: inRange('heartbeatSeconds', options),
    staleAfterSeconds: inRange('staleAfterSeconds', options),
    connections: Math.floor(inRange('connections', options)),
  };
  if (resolved.staleAfterSeconds <= resolved.heartbeatSeconds) {
    throw new ConfigError('TrainingRunRepository: staleAfterSeconds is not longer than heartbeatSeconds', {
      hint: 'Give a run time for a few signs of life; defaults: 120 and 10.',
    });
  }
  return resolved;
}

function inRange(name: keyof typeof NUMBERS, options: RepositoryOptions): number {
  const [standard, least, most] = NUMBERS[name];
  const value = options[name] ?? standard;
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new ConfigError(`TrainingRunRepository: ${name} ${String(value)} is not from ${least} to ${most}`, {
    hint: `Default: ${standard}.`,
  });
}
