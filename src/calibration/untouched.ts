/** The check that rows to calibrate on were used for nothing else. */
import { DataLeakageError, InvalidInputError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import { assertRole, type Split, type SplitRole } from '../core/split.js';
import { listed } from '../core/text.js';
import { claimRows, type RowClaim } from '../splits/claim-rows.js';
import { checkLeakage, type LeakageCheck } from '../splits/leakage.js';
import { inheritRows } from '../splits/row-origin.js';

/** Rows to calibrate on, with as much as is known of them. */
export type CalibrationSplit = Split<'validation', Matrix>;

/**
 * Asks for rows to calibrate a model on.
 *
 * @param calibrated - what is made: the ledger knows the model it is made from
 * @param used - splits that the model was trained, stopped early, tuned or chosen on
 * @throws DataLeakageError - rows of another role than validation, rows that the ledger says were used, or a row (by `rowIds`,
 *   group, or as a copy) that is also in one of `used`
 */
export async function claimUntouched(
  calibrated: object,
  name: string,
  rows: CalibrationSplit,
  used: readonly Split<SplitRole, Matrix>[],
): Promise<RowClaim> {
  assertRole(rows, ['validation'], 'Calibration');
  const claim = claimRows('calibrate', rows, { name, subject: calibrated });
  for (const other of used) {
    if (other === rows || other.X === rows.X) throw sharedRows(other.role, rows.y.length, []);
    checkRowIds(rows, other);
    // Roles order the comparison; the same role twice is compared as train and validation.
    const { findings } = await checkLeakage([{ ...other, role: 'train' }, rows]);
    const counts: LeakageCheck[] = other.role === 'train' ? OF_TRAIN : ['duplicate-rows'];
    const finding = findings.find(({ check, severity }) => severity === 'error' && counts.includes(check));
    if (finding) {
      throw new DataLeakageError(
        `Calibration on rows that are not untouched by ${other.role} rows: ${finding.message}`,
        {
          hint: 'Calibrate on rows that were used for nothing else, purged by the span of their labels.',
          details: { finding },
        },
      );
    }
  }
  return claim;
}

/** What must not be between training rows and the rows to calibrate on. */
const OF_TRAIN: LeakageCheck[] = ['shared-rows', 'shared-groups', 'duplicate-rows', 'label-overlap'];

function checkRowIds(rows: CalibrationSplit, other: Split<SplitRole, Matrix>): void {
  if (!rows.rowIds || !other.rowIds) return;
  const taken = new Set(other.rowIds);
  const both = rows.rowIds.filter((id) => taken.has(id));
  if (both.length > 0) throw sharedRows(other.role, both.length, [...both.slice(0, 20)]);
}

function sharedRows(role: SplitRole, count: number, ids: number[]): DataLeakageError {
  const which = ids.length > 0 ? ` (row ids ${listed(ids, 5)})` : '';
  return new DataLeakageError(`Calibration: ${count} rows were used already, as ${role} rows${which}`, {
    hint: 'Calibrate on rows that were used for nothing else.',
    details: { role, count, rowIds: ids },
  });
}

/**
 * Cuts validation rows in time: the first part may stop a model early or choose among models, the second is left for calibration. Rows of
 * the first whose labels are known only when the second has begun are left out of it.
 *
 * @param share - of the rows, for calibration; above 0 and below 1
 * @throws InvalidInputError - a share out of range, fewer than two rows
 */
export function splitForCalibration(
  validation: Split<'validation', Matrix>,
  share = 0.5,
): { selection: Split<'validation', Matrix>; calibration: CalibrationSplit } {
  assertRole(validation, ['validation'], 'Splitting for calibration');
  const { y, times, labelEnds } = validation;
  const n = y.length;
  if (!(share > 0 && share < 1)) {
    throw new InvalidInputError(`splitForCalibration: the share is ${share}`, {
      hint: 'Pass a number between 0 and 1.',
    });
  }
  if (n < 2) throw new InvalidInputError(`splitForCalibration: ${n} rows cannot be split`, { hint: 'Pass more rows.' });
  const order = Array.from({ length: n }, (_, i) => i);
  if (times) order.sort((a, b) => times[a] - times[b] || a - b);
  const from = Math.min(n - 1, Math.max(1, Math.round(n * (1 - share))));
  const later = order.slice(from);
  const start = times ? times[later[0]] : Number.POSITIVE_INFINITY;
  const earlier = order
    .slice(0, from)
    .filter((i) => !(labelEnds && labelEnds[i] >= start) && !(times && times[i] >= start));
  return { selection: takeSplit(validation, earlier), calibration: takeSplit(validation, later) };
}

function takeSplit(split: Split<'validation', Matrix>, rows: number[]): Split<'validation', Matrix> {
  const { X, y, weights, times, labelEnds, groups, rowIds } = split;
  const taken = X.take(rows);
  inheritRows(X, taken, { rows });
  return {
    role: split.role,
    X: taken,
    y: Float64Array.from(rows, (i) => y[i]),
    ...(weights ? { weights: Float32Array.from(rows, (i) => weights[i]) } : {}),
    ...(times ? { times: Float64Array.from(rows, (i) => times[i]) } : {}),
    ...(labelEnds ? { labelEnds: Float64Array.from(rows, (i) => labelEnds[i]) } : {}),
    ...(groups ? { groups: rows.map((i) => groups[i]) } : {}),
    ...(rowIds ? { rowIds: Uint32Array.from(rows, (i) => rowIds[i]) } : {}),
  };
}
