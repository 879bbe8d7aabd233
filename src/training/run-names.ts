/** Names of runs and artifacts: unique, sortable by time, safe as file names whatever the symbol is called. */
import { randomBytes } from 'node:crypto';
import { InvalidInputError } from '../core/errors.js';

/** Characters of a run id, and how many of them a model's name may take. */
const LONGEST = 80;
const LONGEST_NAME = 30;

/** `text` with everything but letters, digits, '.', '_' and '-' replaced, never empty, never hidden, at most 80 characters. */
export function fileSafe(text: string): string {
  const safe = text
    .normalize('NFKC')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, LONGEST);
  return safe === '' ? 'unnamed' : safe;
}

/** Such as 20260102T030405Z-lightgbm-ES-1a2b3c4d; long names are cut. */
export function newRunId(model: string, symbol: string | undefined, now = new Date()): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const name = fileSafe(model).slice(0, LONGEST_NAME);
  const rest = LONGEST - time.length - name.length - 2 * 4 - 3;
  const parts = [time, name, ...(symbol ? [fileSafe(symbol).slice(0, rest)] : []), randomBytes(4).toString('hex')];
  return parts.join('-');
}

/** A run id of the caller's: it becomes a directory name, so it must be one. */
export function checkRunId(runId: string): string {
  if (typeof runId !== 'string' || fileSafe(runId) !== runId) {
    throw new InvalidInputError(`'${String(runId).slice(0, 100)}' is no usable run id`, {
      hint: 'Use up to 80 letters, digits, dots, underscores and hyphens.',
    });
  }
  return runId;
}

/** `{model}_{symbol}_h{horizon}`; parts that are not known are left out. */
export function artifactName(model: string, symbol: string | undefined, horizon: number | undefined): string {
  return [
    fileSafe(model),
    ...(symbol ? [fileSafe(symbol)] : []),
    ...(horizon === undefined ? [] : [`h${horizon}`]),
  ].join('_');
}
