/** Structured log lines, and spans for who has OpenTelemetry: what a service sees of a run. The library logs nothing unless it is given a logger. */
import { ConfigError } from './errors.js';

/** Levels of messages, from the least to the most urgent. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
/** How urgent a message is. */
export type LogLevel = (typeof LOG_LEVELS)[number];
/** What a message is about, by name. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What pino, winston and `console` have in common, fields last. */
export type Logger = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

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
 * A logger of JSON lines: `{"time":...,"level":"info","message":...,...fields}`. Errors among the fields are written with name, code and message.
 *
 * @throws ConfigError - an unknown level
 * @example
 * const agent = new ModelTrainerAgent({ logger: jsonLogger({ level: 'debug' }) });
 */
export function jsonLogger(options: LineLoggerOptions = {}): Logger {
  const {
    level = 'info',
    write = (line) => process.stderr.write(`${line}\n`),
    clock = () => new Date().toISOString(),
  } = options;
  if (!LOG_LEVELS.includes(level)) {
    throw new ConfigError(`jsonLogger: unknown level '${String(level)}'`, {
      hint: `Levels: ${LOG_LEVELS.join(', ')}.`,
    });
  }
  const line =
    (of: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(of) < LOG_LEVELS.indexOf(level)) return;
      // First, so that no field can pretend to be them.
      write(JSON.stringify({ time: clock(), level: of, message, fields }, plain));
    };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) {
    const { code } = value as { code?: unknown };
    return { name: value.name, ...(typeof code === 'string' && { code }), message: value.message };
  }
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.byteLength} bytes)`;
  return value;
}

/** The part of `@opentelemetry/api` that is used. */
interface Span {
  setAttributes(attributes: Record<string, string | number | boolean>): unknown;
  recordException(error: Error): void;
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}
interface Telemetry {
  trace: {
    getTracer(name: string, version?: string): { startActiveSpan<T>(name: string, work: (span: Span) => T): T };
  };
}

/** SpanStatusCode.ERROR of the OpenTelemetry API. */
const STATUS_ERROR = 2;
const PACKAGE = '@opentelemetry/api';
let telemetry: Promise<Telemetry | undefined> | undefined;

/**
 * Does `work` inside a span where `@opentelemetry/api` is installed, else just does it. The API itself does nothing until the user's program
 * has set up an exporter.
 */
export async function inSpan<T>(
  name: string,
  attributes: Record<string, string | number | boolean>,
  work: () => Promise<T>,
): Promise<T> {
  telemetry ??= (import(PACKAGE) as Promise<Telemetry>).catch(() => undefined);
  const api = await telemetry;
  if (!api) return work();
  return api.trace.getTracer('holdfast').startActiveSpan(name, async (span) => {
    span.setAttributes(attributes);
    try {
      return await work();
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      span.recordException(cause);
      span.setStatus({ code: STATUS_ERROR, message: cause.message });
      throw error;
    } finally {
      span.end();
    }
  });
}
