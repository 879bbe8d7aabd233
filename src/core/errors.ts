/** Every error the library throws on purpose: a stable `code` to branch on and a `hint` that says what to do next. */

export interface HoldfastErrorOptions {
  /** What the caller can do about it, one or two sentences. */
  hint?: string;
  /** Machine-readable facts: offending rows, allowed values, file and line. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** Base of all typed errors. `code` never changes between releases; messages may. */
export abstract class HoldfastError extends Error {
  abstract readonly code: string;
  readonly hint: string;
  readonly details: Record<string, unknown>;

  constructor(message: string, options: HoldfastErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint ?? '';
    this.details = options.details ?? {};
  }
}

/** Data or arguments that cannot be used: wrong shape, not finite, empty, mismatched lengths, unknown column or option. */
export class InvalidInputError extends HoldfastError {
  readonly code = 'INVALID_INPUT';
}

/** A configuration value or key that is wrong; `details` names the file, line and nearest valid key where known. */
export class ConfigError extends HoldfastError {
  readonly code = 'CONFIG';
}

/** A model or pipeline was used before `fit`. */
export class NotFittedError extends HoldfastError {
  readonly code = 'NOT_FITTED';
}

/** Information would flow from rows that must stay unseen; `details` lists the offending rows. */
export class DataLeakageError extends HoldfastError {
  readonly code = 'DATA_LEAKAGE';
}

/** Split sizes differ from the requested ratios by more than the tolerance. */
export class SplitRatioViolationError extends HoldfastError {
  readonly code = 'SPLIT_RATIO_VIOLATION';
}

/** The holdout was read without being unlocked. */
export class HoldoutLockedError extends HoldfastError {
  readonly code = 'HOLDOUT_LOCKED';
}

/** The test set was about to be evaluated a second time in one run. */
export class TestSetReuseError extends HoldfastError {
  readonly code = 'TEST_SET_REUSE';
}

/** The data-quality report says FAILED and no override was given. */
export class QCGateBlockedError extends HoldfastError {
  readonly code = 'QC_GATE_BLOCKED';
}

/** Training could not finish; `cause` holds the reason. */
export class TrainingFailedError extends HoldfastError {
  readonly code = 'TRAINING_FAILED';
}

/** Work was stopped by the caller's `AbortSignal`. */
export class TrainingCancelledError extends HoldfastError {
  readonly code = 'TRAINING_CANCELLED';
}

/** Every trial of a tuning run failed. */
export class HyperparameterTuningError extends HoldfastError {
  readonly code = 'HYPERPARAMETER_TUNING';
}

/** A model file or directory is damaged, incomplete, tampered with or from a newer version. */
export class ModelFormatError extends HoldfastError {
  readonly code = 'MODEL_FORMAT';
}

/** One or more deployment thresholds were not met. */
export class ValidationGateError extends HoldfastError {
  readonly code = 'VALIDATION_GATE';
}

/** An optional package is needed for this feature and is not installed; the hint is the exact install line. */
export class MissingDependencyError extends HoldfastError {
  readonly code = 'MISSING_DEPENDENCY';
}

/** An engine that runs neural models is installed but does not load, or does not have the device asked for. */
export class EngineError extends HoldfastError {
  readonly code = 'ENGINE';
}

/** A database cannot be reached, refused what it was asked, or lost the connection for longer than is waited for. */
export class DatabaseError extends HoldfastError {
  readonly code = 'DATABASE';
}

/** Something that one process may have open at a time is in use by another; `details` says by which. */
export class LockedError extends HoldfastError {
  readonly code = 'LOCKED';
}

/**
 * A tracking server refused, could not be reached, or answered what no tracking server says; `details` has `status`, `errorCode` and
 * `unreachable` where known. Credentials are never part of it.
 */
export class TrackingError extends HoldfastError {
  readonly code = 'TRACKING';
}

/**
 * A feature server refused, could not be reached, or answered what no feature server says; `details` has `status` and `unreachable` where
 * known. Credentials are never part of it.
 */
export class FeatureStoreError extends HoldfastError {
  readonly code = 'FEATURE_STORE';
}
