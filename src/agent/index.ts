/** `holdfast/agent`: one call from a candidate model and data to a trained, evaluated, stored and recorded model. */
import { registerBuiltins } from '../builtin.js';

registerBuiltins();

export {
  jsonLogger,
  type LineLoggerOptions,
  LOG_LEVELS,
  type LogFields,
  type Logger,
  type LogLevel,
  textLogger,
} from '../core/logging.js';
export type { ContainerX } from '../data/container-splits.js';
export { qualityReport } from '../data/qc.js';
export { assertQuality, type QCDecision, type QCOverride } from '../data/qc-gate.js';
export type { AnyContainer } from '../evaluation/adapt.js';
export { SplitRegistry } from '../splits/registry.js';
export { AgentMemory, type Episode, type Recollection } from './memory/agent-memory.js';
export type { TrainingFacts } from './memory/facts.js';
export { agentSteps, type ExecuteOptions, ModelTrainerAgent } from './model-trainer-agent.js';
export type { AgentOptions } from './options.js';
export type { AgentRun, AgentSettings, RunRowState, Step, StepOutcome, TrainedRun, TuningOutcome } from './run.js';
export { type AgentData, type AgentState, type Candidate, STEPS, type StepName, type StepRecord } from './state.js';
