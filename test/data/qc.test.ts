import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Random } from '../../src/core/random.js';
import { type ColumnInput, Table } from '../../src/core/table.js';
import { qcReportContract } from '../../src/data/contracts.js';
import { readCsv } from '../../src/data/csv.js';
import { type QualityOptions, qualityReport } from '../../src/data/qc.js';
import type { QCCode, QCReport } from '../../src/data/qc-finding.js';
import { plainStabilityIndex } from '../oracles/stability-index.js';
import { itWithData } from '../shared-data.js';

const n = 400;
const random = new Random(3);
const noise = () => Array.from({ length: n }, () => random.normal());
const signal = noise();
const clean = (): Record<string, ColumnInput> => ({
  a: signal,
  b: noise(),
  side: Array.from({ length: n }, (_, i) => ['buy', 'sell', 'hold'][(i * 7) % 3]),
  time: { kind: 'time', values: Float64Array.from({ length: n }, (_, i) => 1.6e12 + i * 60_000) },
  y: signal.map((v) => (v + random.normal() > 0 ? 1 : 0)),
});
const options: QualityOptions = { label: 'y', time: 'time' };
const judge = (
  change: (columns: Record<string, ColumnInput>) => Record<string, ColumnInput>,
  more: QualityOptions = {},
) => qualityReport(Table.fromColumns(change(clean())), { ...options, ...more });
const finding = (report: QCReport, code: QCCode, column?: string) =>
  report.findings.find((f) => f.code === code && (column === undefined || f.column === column));

describe('qualityReport', () => {
  it('passes clean data with score 1 and its class counts', async () => {
    const report = await judge((c) => c);
    expect(report).toMatchObject({ status: 'PASSED', score: 1, rowCount: n, columnCount: 5, findings: [] });
    expect(report.classCounts?.map((c) => c.label)).toEqual(['0', '1']);
  });

  it('finds missing, all-missing, constant, infinite, duplicate and identifier columns', async () => {
    const report = await judge((c) => ({
      ...c,
      b: (c.b as number[]).map((v, i) => (i % 3 === 0 ? Number.NaN : v)),
      few: noise().map((v, i) => (i === 5 ? Number.NaN : v)),
      none: new Array(n).fill(Number.NaN),
      one: new Array(n).fill(7),
      huge: noise().map((v, i) => (i === 3 ? Number.POSITIVE_INFINITY : v)),
      again: signal,
      sideAgain: c.side,
      id: Array.from({ length: n }, (_, i) => `row ${i}`),
    }));
    expect(report.status).toBe('FAILED');
    expect(finding(report, 'MISSING_VALUES', 'b')).toMatchObject({
      severity: 'warning',
      values: { missing: 134, share: 0.335 },
    });
    expect(finding(report, 'MISSING_VALUES', 'few')).toMatchObject({ severity: 'info' });
    expect(finding(report, 'ALL_MISSING', 'none')).toBeDefined();
    expect(finding(report, 'CONSTANT_COLUMN', 'one')).toBeDefined();
    expect(finding(report, 'INFINITE_VALUES', 'huge')).toMatchObject({
      severity: 'error',
      rows: [3],
      values: { count: 1 },
    });
    expect(finding(report, 'DUPLICATE_COLUMNS', 'again')?.message).toContain("'a'");
    expect(finding(report, 'DUPLICATE_COLUMNS', 'sideAgain')?.message).toContain("'side'");
    expect(finding(report, 'HIGH_CARDINALITY', 'id')).toBeDefined();
    // Five kinds of warning and an error; the missing cell is information.
    expect(report.score).toBe(0.25);
  });

  it('one class only is a failure, few rows of a class a warning', async () => {
    const single = await judge((c) => ({ ...c, y: new Array(n).fill(1) }));
    expect(single).toMatchObject({ status: 'FAILED', score: 0.5 });
    expect(finding(single, 'SINGLE_CLASS')).toMatchObject({ severity: 'error', column: 'y' });
    const tiny = await judge((c) => ({ ...c, y: (c.y as number[]).map((v, i) => (i < 4 ? 2 : v)) }));
    expect(finding(tiny, 'TINY_CLASS')).toMatchObject({ severity: 'warning', values: { count: 4 } });
    const text = await judge((c) => ({ ...c, y: (c.y as number[]).map((v) => (v === 1 ? 'up' : 'down')) }));
    expect(text.classCounts?.map((c) => c.label).sort()).toEqual(['down', 'up']);
  });

  it('judges missing, infinite and constant labels', async () => {
    const some = await judge((c) => ({ ...c, y: (c.y as number[]).map((v, i) => (i > 390 ? Number.NaN : v)) }));
    expect(some.status).toBe('PASSED');
    expect(finding(some, 'LABEL_MISSING')).toMatchObject({ severity: 'info', values: { count: 9 } });
    expect((await judge((c) => ({ ...c, y: new Array(n).fill(Number.NaN) }))).status).toBe('FAILED');
    const infinite = await judge((c) => ({ ...c, y: noise().map((v, i) => (i === 9 ? Number.NEGATIVE_INFINITY : v)) }));
    expect(finding(infinite, 'LABEL_INFINITE')).toMatchObject({ severity: 'error', rows: [9] });
    const constant = await judge((c) => ({ ...c, y: new Array(n).fill(0.5) }), { task: 'regression' });
    expect(finding(constant, 'LABEL_CONSTANT')).toMatchObject({ severity: 'error' });
  });

  it('suspects a feature that predicts the label by itself', async () => {
    const copied = await judge((c) => ({ ...c, leak: c.y }));
    expect(finding(copied, 'LABEL_COPY', 'leak')).toMatchObject({ severity: 'error' });
    const scaled = await judge((c) => ({ ...c, leak: (c.y as number[]).map((v) => -3 * v + random.float()) }));
    expect(finding(scaled, 'LEAKING_FEATURE', 'leak')).toMatchObject({ severity: 'warning', values: { strength: 1 } });
    const text = await judge((c) => ({ ...c, leak: (c.y as number[]).map((v) => (v === 1 ? 'won' : 'lost')) }));
    expect(finding(text, 'LEAKING_FEATURE', 'leak')).toBeDefined();
    const amount = noise();
    const regression = await judge((c) => ({
      ...c,
      y: amount,
      leak: amount.map((v) => 5 - 2 * v + random.normal() * 0.01),
    }));
    expect(finding(regression, 'LEAKING_FEATURE', 'leak')?.values?.strength).toBeGreaterThan(0.99);
    expect(finding(regression, 'LEAKING_FEATURE', 'a')).toBeUndefined();
    const three = await judge((c) => ({
      ...c,
      y: c.side,
      leak: (c.side as string[]).map((s, i) => (s === 'hold' ? 1 : 0) + (i % 5) / 10),
    }));
    expect(finding(three, 'LEAKING_FEATURE', 'leak')).toBeDefined();
  });

  it('finds disorder, repeats, gaps and missing times, each within its group', async () => {
    const times = Float64Array.from({ length: n }, (_, i) => i * 60_000);
    times[10] = 0;
    times.set(
      times.subarray(200).map((t) => t + 1e9),
      200,
    );
    const report = await judge((c) => ({ ...c, time: { kind: 'time', values: times } }));
    expect(finding(report, 'TIME_ORDER')).toMatchObject({ severity: 'error', rows: [10], values: { count: 1 } });
    expect(finding(report, 'DUPLICATE_TIMESTAMPS')).toMatchObject({ rows: [10] });
    expect(finding(report, 'TIME_GAPS')).toMatchObject({ severity: 'info', values: { count: 2, usual: 60_000 } });
    const panel = Float64Array.from({ length: n }, (_, i) => (i >> 1) * 60_000);
    const columns = (c: Record<string, ColumnInput>): Record<string, ColumnInput> => ({
      ...c,
      time: { kind: 'time', values: panel },
      who: panel.map((_, i) => i % 2),
    });
    expect(finding(await judge(columns), 'DUPLICATE_TIMESTAMPS')?.values).toEqual({ count: 200 });
    expect((await judge(columns, { group: 'who' })).findings).toEqual([]);
    const holes = await judge((c) => ({
      ...c,
      time: { kind: 'time', values: panel.map((t, i) => (i === 6 ? Number.NaN : t + i)) },
    }));
    expect(finding(holes, 'TIME_MISSING')).toMatchObject({ severity: 'error', rows: [6] });
  });

  it('finds rows that repeat earlier ones, NaN equal to NaN', async () => {
    const table = Table.fromRecords([
      { a: 1, s: 'x', y: 0 },
      { a: null, s: 'x', y: 1 },
      { a: 1, s: 'y', y: 0 },
      { a: null, s: 'x', y: 1 },
      { a: 1, s: 'x', y: 0 },
      { a: 1, s: 'x', y: 1 },
    ]);
    expect(finding(await qualityReport(table, { label: 'y' }), 'DUPLICATE_ROWS')).toMatchObject({
      rows: [3, 4],
      values: { count: 2 },
    });
  });

  it('measures drift from train to validation and test, not to the holdout', async () => {
    const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
    const splits = { train: rows(0, 200), validation: rows(200, 300), test: rows(300, 380), holdout: rows(380, 400) };
    const report = await judge((c) => ({ ...c, trend: noise().map((v, i) => v + (i >= 300 ? 5 : 0)) }), { splits });
    const drift = report.findings.filter((f) => f.code === 'DRIFT' && f.column === 'trend');
    expect(
      drift
        .filter((f) => f.severity === 'warning')
        .map((f) => f.message)
        .join(),
    ).toContain('test');
    expect(report.findings.some((f) => f.message.includes('holdout'))).toBe(false);
  });

  it('the stability index equals the one counted plainly', async () => {
    const value = fc.oneof(
      fc.integer({ min: -5, max: 5 }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.constant(Number.NaN),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 60 }),
        fc.array(value, { minLength: 1, maxLength: 60 }),
        async (train, test) => {
          const table = Table.fromColumns({ x: [...train, ...test], i: [...train, ...test].map((_, i) => i) });
          const splits = { train: train.map((_, i) => i), test: test.map((_, i) => train.length + i) };
          const psi = finding(await qualityReport(table, { features: ['x'], splits }), 'DRIFT')?.values?.psi;
          const expected = plainStabilityIndex(train, test);
          if (expected >= 0.1001) expect(psi).toBeCloseTo(expected, 9);
          else if (expected < 0.0999) expect(psi).toBeUndefined();
        },
      ),
      { numRuns: 100 },
    );
  });

  it('fulfils its own contract, also after JSON', async () => {
    const report = await judge((c) => ({ ...c, one: new Array(n).fill(7) }));
    expect(qcReportContract.parse(JSON.parse(JSON.stringify(report)), 'report')).toEqual(report);
  });

  it('refuses an empty table, unknown columns, a time as label, rows outside the table', async () => {
    const table = Table.fromColumns(clean());
    for (const bad of [
      () => qualityReport(table.slice(0, 0)),
      () => qualityReport(null as never),
      () => qualityReport(table, { label: 'yy' }),
      () => qualityReport(table, { features: ['aa'] }),
      () => qualityReport(table, { label: 'time' }),
      () => qualityReport(table, { label: 'side', task: 'regression' }),
      () => qualityReport(table, { time: 'side' }),
      () => qualityReport(table, { splits: { test: [1] } }),
      () => qualityReport(table, { splits: { train: [n], test: [1] } }),
    ]) {
      await expect(bad()).rejects.toBeInstanceOf(InvalidInputError);
    }
  });

  itWithData(
    'bank-additional-full.csv.gz',
    'says what is known to be wrong with the bank marketing data',
    async (path) => {
      const report = await qualityReport(await readCsv(path), { label: 'y' });
      expect(report.status).toBe('WARNING');
      expect(finding(report, 'DUPLICATE_ROWS')?.values?.count).toBe(12);
    },
  );

  itWithData('es-fut-1min-sample.csv.gz', 'finds the gaps between the days of the futures sample', async (path) => {
    const report = await qualityReport(await readCsv(path), { time: 'timestamp' });
    expect(finding(report, 'TIME_GAPS')?.values?.count).toBeGreaterThan(10);
    expect(finding(report, 'TIME_ORDER')).toBeUndefined();
  });
});
