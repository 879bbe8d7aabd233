/** Distributions, dates and values as Optuna writes them into its journals and tables. */
import { ModelFormatError } from '../../core/errors.js';
import { type Choice, categorical, type Distribution } from '../distribution.js';

const STATES = ['running', 'complete', 'pruned', 'fail', 'waiting'] as const;
const DIRECTIONS = [undefined, 'minimize', 'maximize'] as const;

export const stateCode = (state: (typeof STATES)[number]): number => STATES.indexOf(state);

export function stateOf(code: unknown): (typeof STATES)[number] {
  return STATES[Number(code)] ?? damaged(`trial state ${String(code)}`);
}

export const directionCode = (direction: 'minimize' | 'maximize'): number => DIRECTIONS.indexOf(direction);

export function directionOf(code: unknown): 'minimize' | 'maximize' {
  return DIRECTIONS[Number(code)] ?? damaged(`direction ${String(code)}`);
}

/** The text that Optuna's `distribution_to_json` writes, in its order of keys. */
export function distributionToJson(distribution: Distribution): string {
  // With the spaces that Python's `json` writes: Optuna compares some of these texts.
  if (distribution.type === 'categorical') {
    const choices = distribution.choices.map((choice) => JSON.stringify(choice)).join(', ');
    return `{"name": "CategoricalDistribution", "attributes": {"choices": [${choices}]}}`;
  }
  const { type, low, high, log, step } = distribution;
  if (type === 'float') {
    // Python would read 1 as an integer; a float stays one with a decimal point.
    const number = (value: number): string =>
      Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value);
    return `{"name": "FloatDistribution", "attributes": {"step": ${step === null ? 'null' : number(step)}, "low": ${number(low)}, "high": ${number(high)}, "log": ${log}}}`;
  }
  return `{"name": "IntDistribution", "attributes": {"log": ${log}, "step": ${step}, "low": ${low}, "high": ${high}}}`;
}

/** @throws ModelFormatError - a distribution that Optuna 4 does not write */
export function distributionFromJson(text: unknown): Distribution {
  const { name, attributes } = ((typeof text === 'string' ? storedJson(text, 'distribution') : {}) ?? {}) as {
    name?: string;
    attributes?: Record<string, unknown>;
  };
  const { low, high, log, step, choices } = attributes ?? {};
  if (name === 'CategoricalDistribution' && Array.isArray(choices)) return categorical(choices as Choice[]);
  if (typeof low !== 'number' || typeof high !== 'number') return damaged(`distribution ${String(text).slice(0, 200)}`);
  if (name === 'FloatDistribution') {
    return { type: 'float', low, high, log: log === true, step: typeof step === 'number' ? step : null };
  }
  if (name === 'IntDistribution') {
    return { type: 'int', low, high, log: log === true, step: typeof step === 'number' ? step : 1 };
  }
  return damaged(`distribution ${String(text).slice(0, 200)}`);
}

/** Local time without a zone, in microseconds, as Python's `datetime.now().isoformat` gives. */
export function toNaiveDate(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day}T${time}.${String(date.getMilliseconds()).padStart(3, '0')}000`;
}

/** @throws ModelFormatError - text that is no date */
export function fromNaiveDate(text: unknown): Date | undefined {
  if (typeof text !== 'string') return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? damaged(`date '${text.slice(0, 40)}'`) : date;
}

/** JSON with NaN and infinities as Python's `json` module writes and reads them. */
export function toPythonJson(value: unknown): string {
  const mark = '@holdfast-number:';
  // What JSON does not know, such as a function, is no text at all.
  const text: string | undefined = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'number' && !Number.isFinite(item) ? mark + String(item) : item,
  );
  return (text ?? 'null').replace(/"@holdfast-number:(NaN|-?Infinity)"/g, '$1');
}

/** JSON that a storage holds. @throws ModelFormatError - text that is none; `what` says of what */
export function storedJson(text: string, what: string): unknown {
  try {
    return parsePythonJson(text);
  } catch {
    return damaged(`${what} ${text.slice(0, 200)}`);
  }
}

export function parsePythonJson(text: string): unknown {
  if (!/NaN|Infinity/.test(text)) return JSON.parse(text);
  const mark = '@holdfast-number:';
  // The first branch takes whole strings, so that a NaN inside one is left alone.
  const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
    token.startsWith('"') ? token : `"${mark}${token}"`,
  );
  return JSON.parse(quoted, (_key, item: unknown) =>
    typeof item === 'string' && item.startsWith(mark) ? Number(item.slice(mark.length)) : item,
  );
}

export function damaged(what: string): never {
  throw new ModelFormatError(`The storage holds an unknown ${what}`, {
    hint: 'It was written by a version of Optuna that this version of holdfast does not know, or it is damaged.',
  });
}
