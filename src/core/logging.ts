/** Structured log lines: what a service sees of a run. The library logs nothing unless it is given a logger, and tells it no secrets. */
import { ConfigError } from './errors.js';

/** Levels of messages, from the least to the most urgent. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
/** How urgent a message is. */
export type LogLevel = (typeof LOG_LEVELS)[number];
/** What a message is about, by name. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What pino, winston and `console` have in common, fields last. */
export type Logger = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

/** Level, place and clock of the lines of `jsonLogger` and `textLogger`. */
export interface LineLoggerOptions {
  /** Lines below are left out. Default 'info'. */
  readonly level?: LogLevel;
  /** Gets each line, without its end. Default: standard error. */
  readonly write?: (line: string) => void;
  /** ISO 8601 of now; for tests. */
  readonly clock?: () => string;
}

export const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * A logger of JSON lines: `{"time":...,"level":"info","message":...,"fields":{...}}`. Errors among the fields are written with name, code and message.
 *
 * @throws ConfigError - an unknown level
 * @example
 * const agent = new ModelTrainerAgent({ logger: jsonLogger({ level: 'debug' }) });
 */
export function jsonLogger(options: LineLoggerOptions = {}): Logger {
  return lineLogger(options, (time, level, message, fields) =>
    // First, so that no field can pretend to be them.
    JSON.stringify({ time, level, message, fields }),
  );
}

/** A logger of lines for people: time, level, message, then the fields as `name=value`. @throws ConfigError - an unknown level */
export function textLogger(options: LineLoggerOptions = {}): Logger {
  return lineLogger(options, (time, level, message, fields) =>
    [time, level.padEnd(5), ...[message, ...Object.entries(fields).map(pair)].map(oneLine)].join(' '),
  );
}

const pair = ([name, value]: [string, unknown]): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `${name}=${/[\s"]/.test(text) && typeof value === 'string' ? JSON.stringify(text) : text}`;
};

/** Also without what a terminal would obey. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');

function lineLogger(
  { level = 'info', write = toStandardError, clock = () => new Date().toISOString() }: LineLoggerOptions,
  format: (time: string, level: LogLevel, message: string, fields: LogFields) => string,
): Logger {
  if (!LOG_LEVELS.includes(level)) {
    throw new ConfigError(`jsonLogger: unknown level '${String(level)}'`, {
      hint: `Levels: ${LOG_LEVELS.join(', ')}.`,
    });
  }
  const line =
    (of: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(of) < LOG_LEVELS.indexOf(level)) return;
      write(format(clock(), of, withoutSecrets(message), redacted(fields)));
    };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

const toStandardError = (line: string): void => void process.stderr.write(`${line}\n`);

const OURS = new WeakSet<Logger>([SILENT]);

/**
 * The logger as the library's parts call it: silent where there is none; what it is told holds no secrets; what it throws is lost, for a
 * line of a log must not end a training.
 *
 * @throws ConfigError - something without the four functions
 */
export function logOf(logger: Logger | undefined): Logger {
  if (logger === undefined) return SILENT;
  if (OURS.has(logger)) return logger;
  if (logger === null || !LOG_LEVELS.every((level) => typeof logger[level] === 'function')) {
    throw new ConfigError('logger needs the functions debug, info, warn and error', {
      hint: 'Such as jsonLogger(), console, or a logger of pino or winston.',
    });
  }
  const tell = (level: LogLevel) => (message: string, fields?: LogFields) => {
    try {
      logger[level](withoutSecrets(message), redacted(fields ?? {}));
    } catch {
      // Nobody is left who could be told.
    }
  };
  const own: Logger = { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') };
  OURS.add(own);
  return own;
}

const SECRET = /pass(word|wd|phrase)|secret|token$|authorization|api[-_]?key|private[-_]?key|credential|cookie/i;
const HIDDEN = '***';
/** Deeper values are not looked into, and not shown. */
const DEEPEST = 6;

/** User and password of addresses, bearer tokens, and secrets in queries, replaced. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/(\w+:\/\/)[^\s/?#]*@/g, `$1${HIDDEN}@`)
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`)
    .replace(/([?&;\s](?:password|passwd|token|secret|api_?key|access_?key)=)[^&;\s]+/gi, `$1${HIDDEN}`);
}

/** The fields as plain data, without what must not be shown. */
export function redacted(fields: LogFields): Record<string, unknown> {
  return plain(fields, 0) as Record<string, unknown>;
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return withoutSecrets(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return String(value).slice(0, 40);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Error) {
    const { code } = value as { code?: unknown };
    // Neither its details nor its causes: they may be anything.
    return { name: value.name, ...(typeof code === 'string' && { code }), message: withoutSecrets(value.message) };
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.byteLength} bytes)`;
  if (depth >= DEEPEST) return '...';
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, SECRET.test(key) ? HIDDEN : plain(item, depth + 1)]),
  );
}
