/** Spans for who has OpenTelemetry, and work that is both a span and lines of a log. */
import { HoldfastError } from './errors.js';
import { type LogFields, type Logger, withoutSecrets } from './logging.js';
import { messageOf } from './text.js';

/** Values of a span. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** The part of `@opentelemetry/api` that is used. */
interface Span {
  setAttributes(attributes: Record<string, string | number | boolean>): unknown;
  recordException(error: { name: string; message: string }): void;
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
 * has set up an exporter. `found` are attributes of what came of it.
 */
export async function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: () => Promise<T>,
  found?: (result: T) => Attributes,
): Promise<T> {
  telemetry ??= (import(PACKAGE) as Promise<Telemetry>).catch(() => undefined);
  const api = await telemetry;
  if (!api) return work();
  return api.trace.getTracer('holdfast').startActiveSpan(name, async (span) => {
    span.setAttributes(known(attributes));
    try {
      const result = await work();
      if (found) span.setAttributes(known(found(result)));
      return result;
    } catch (error) {
      const message = withoutSecrets(messageOf(error));
      span.recordException({ name: error instanceof Error ? error.name : 'Error', message });
      span.setStatus({ code: STATUS_ERROR, message });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Texts of others may hold anything. */
function known(attributes: Attributes): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, typeof value === 'string' ? withoutSecrets(value) : value]],
    ),
  );
}

/** Work that is seen: what it is called in spans and lines, and what is known of it. */
export interface Observed<T> {
  /** Of the span, such as 'holdfast.train'. */
  readonly span: string;
  /** Of the lines, such as 'training'. */
  readonly doing: string;
  readonly fields: Attributes;
  /** What came of it. */
  readonly found?: (result: T) => Attributes;
  /** Of the lines of its beginning and end; a failure is always an error. Default 'info'. */
  readonly level?: 'debug' | 'info';
}

/** Does the work in a span, with a line before, and one after that says how long it took and what came of it, or why it failed. */
export function observed<T>(log: Logger, what: Observed<T>, work: () => Promise<T>): Promise<T> {
  const { span, doing, fields, found, level = 'info' } = what;
  const attributes = Object.fromEntries(Object.entries(fields).map(([key, value]) => [`holdfast.${key}`, value]));
  const since = performance.now();
  const seconds = (): number => Math.round(performance.now() - since) / 1000;
  log[level](`${doing} begins`, fields);
  const outcome = (result: T): Attributes => found?.(result) ?? {};
  return inSpan(span, attributes, work, (result) =>
    Object.fromEntries(Object.entries(outcome(result)).map(([key, value]) => [`holdfast.${key}`, value])),
  ).then(
    (result) => {
      log[level](`${doing} ended`, { ...fields, seconds: seconds(), ...outcome(result) });
      return result;
    },
    (error: unknown) => {
      const code = error instanceof HoldfastError ? error.code : undefined;
      const failure: LogFields = { ...fields, seconds: seconds(), ...(code !== undefined && { code }) };
      if (code === 'TRAINING_CANCELLED') log.warn(`${doing} was cancelled`, failure);
      else log.error(`${doing} failed: ${messageOf(error)}`, failure);
      throw error;
    },
  );
}
