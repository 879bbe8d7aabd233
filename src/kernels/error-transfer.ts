/** Errors across the worker boundary: typed errors keep class, code, message, hint and details; others become plain text. */
import * as errors from '../core/errors.js';
import { HoldfastError, type HoldfastErrorOptions, TrainingFailedError } from '../core/errors.js';

export interface SerializedError {
  /** Class name of a typed error; undefined for any other. */
  type?: string;
  name: string;
  message: string;
  stack?: string;
  hint?: string;
  details?: Record<string, unknown>;
  cause?: SerializedError;
}

export function serializeError(error: unknown): SerializedError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const cause = error.cause === undefined ? undefined : serializeError(error.cause);
  const plain = { name: error.name, message: error.message, stack: error.stack, cause };
  if (!(error instanceof HoldfastError)) return plain;
  return { ...plain, type: error.name, hint: error.hint, details: cloneable(error.details) };
}

/** The typed error again, or `TrainingFailedError` with what was thrown as its cause. */
export function deserializeError(serialized: SerializedError, doing: string): HoldfastError {
  const cause = serialized.cause && plainError(serialized.cause);
  const type = serialized.type && typedErrors.get(serialized.type);
  if (type) {
    const error = new type(serialized.message, { hint: serialized.hint, details: serialized.details, cause });
    error.stack = serialized.stack;
    return error;
  }
  return new TrainingFailedError(`${doing} failed: ${serialized.message}`, {
    hint: 'The cause holds what was thrown in the worker. If it is not an error of your own code, please report it.',
    cause: plainError(serialized),
  });
}

function plainError(serialized: SerializedError): Error {
  const error = new Error(serialized.message);
  error.name = serialized.name;
  error.stack = serialized.stack;
  if (serialized.cause) error.cause = plainError(serialized.cause);
  return error;
}

function cloneable(details: Record<string, unknown>): Record<string, unknown> {
  try {
    return structuredClone(details);
  } catch {
    return JSON.parse(JSON.stringify(details, (_, value) => (typeof value === 'function' ? undefined : value)));
  }
}

type ErrorClass = new (message: string, options?: HoldfastErrorOptions) => HoldfastError;

const typedErrors = new Map<string, ErrorClass>(
  Object.entries(errors)
    .filter(([name]) => name !== 'HoldfastError')
    .map(([name, type]) => [name, type as ErrorClass]),
);
