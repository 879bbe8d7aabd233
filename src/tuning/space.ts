/** Search spaces as users write them: lists are choices, pairs of numbers are ranges, distributions are themselves. */
import { ConfigError } from '../core/errors.js';
import { type Choice, categorical, type Distribution, float, int } from './distribution.js';

/**
 * One parameter: a distribution; or two numbers, lowest and highest (integers if both are); or a list of anything else to choose from.
 * `categorical([2, 8])` says that two numbers are choices, `float(1, 2)` that two integers bound a range of floats.
 */
export type SpaceEntry = Distribution | readonly [low: number, high: number] | readonly Choice[];
/** What may be tried, by parameter. */
export type SearchSpace = Readonly<Record<string, SpaceEntry>>;
export type ParsedSpace = ReadonlyMap<string, Distribution>;

/** @throws ConfigError - a range without values, an empty list, or what is no distribution; names the parameter */
export function parseSpace(space: SearchSpace): ParsedSpace {
  if (space === null || typeof space !== 'object' || Array.isArray(space)) {
    throw new ConfigError('The search space is not an object of parameters', {
      hint: 'For example { learningRate: float(0.01, 0.3, { log: true }), numLeaves: [15, 255] }.',
    });
  }
  return new Map(Object.entries(space).map(([name, entry]) => [name, parseEntry(name, entry)]));
}

function parseEntry(name: string, entry: SpaceEntry): Distribution {
  try {
    if (isDistribution(entry)) return checked(entry);
    if (!Array.isArray(entry)) {
      throw new ConfigError(`${String(entry)} is no distribution, pair or list`, {
        hint: 'Use float(low, high), int(low, high), categorical([...]), [low, high] or a list of choices.',
      });
    }
    const list: readonly Choice[] = entry;
    if (list.length !== 2 || typeof list[0] !== 'number' || typeof list[1] !== 'number') return categorical(list);
    return Number.isInteger(list[0]) && Number.isInteger(list[1]) ? int(list[0], list[1]) : float(list[0], list[1]);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(`Search space, '${name}': ${error.message}`, { hint: error.hint, details: { name } });
  }
}

const isDistribution = (entry: unknown): entry is Distribution =>
  typeof entry === 'object' &&
  entry !== null &&
  ['float', 'int', 'categorical'].includes((entry as { type?: string }).type ?? '');

/** A distribution that was put together by hand has passed no check yet. */
function checked(entry: Distribution): Distribution {
  if (entry.type === 'categorical') return categorical(entry.choices);
  const options = { log: entry.log, ...(entry.step === null ? {} : { step: entry.step }) };
  return entry.type === 'float' ? float(entry.low, entry.high, options) : int(entry.low, entry.high, options);
}
