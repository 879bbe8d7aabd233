import { describe, expect, it } from 'vitest';
import { DataLeakageError, InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import type { SplitRole } from '../../src/core/split.js';
import { Table } from '../../src/core/table.js';
import { Windows } from '../../src/core/windows.js';
import { assertNoLeakage, checkLeakage, type LeakagePart } from '../../src/splits/leakage.js';
import { ROLES } from '../../src/splits/ratios.js';

const SIZES = { train: 120, validation: 40, test: 30, holdout: 10 };

/** Four clean parts of random floats with times, spans, groups and row ids; `change` edits one part's arrays. */
function parts(
  change: Partial<Record<SplitRole, (part: Mutable) => void>> = {},
  values = (random: Random) => random.float(),
): LeakagePart[] {
  const random = new Random(7);
  let at = 0;
  return ROLES.map((role) => {
    const n = SIZES[role];
    const X = Matrix.zeros(n, 4);
    for (let i = 0; i < X.data.length; i++) X.data[i] = values(random);
    const ids = Uint32Array.from({ length: n }, (_, i) => at + i);
    const part: Mutable = {
      role,
      X,
      y: Float64Array.from(ids, () => random.int(2)),
      times: Float64Array.from(ids, (i) => i * 1000),
      labelEnds: Float64Array.from(ids, (i) => i * 1000),
      groups: Array.from(ids, (i) => `g${Math.floor(i / 10)}`),
      rowIds: ids,
    };
    at += n;
    change[role]?.(part);
    return part;
  });
}
interface Mutable {
  role: SplitRole;
  X: Matrix;
  y: Float64Array;
  times: Float64Array;
  labelEnds: Float64Array;
  groups: (string | number)[];
  rowIds: Uint32Array;
}

const errors = async (list: LeakagePart[]) =>
  (await checkLeakage(list)).findings
    .filter((f) => f.severity === 'error')
    .map((f) => `${f.check} ${f.roles.join('-')}`);

const withoutSpans = (list: LeakagePart[]): LeakagePart[] => list.map(({ labelEnds: _, ...rest }) => rest);

const bare = (list: LeakagePart[]): LeakagePart[] => list.map(({ role, X, y }) => ({ role, X, y }));

describe('checkLeakage', () => {
  it('finds nothing in clean splits, and says what it compared', async () => {
    const report = await checkLeakage(parts());
    expect(report).toMatchObject({ ok: true, findings: [] });
    // 6 pairs for each of five checks, and 4 splits in order.
    expect(report.checked).toHaveLength(6 * 5 + 4);
    expect((await checkLeakage(bare(parts()))).checked.map((c) => c.check)).toEqual(Array(6).fill('duplicate-rows'));
  });

  it('finds a source row in two splits, with its number', async () => {
    const leaking = parts({ test: (p) => p.rowIds.set([5, 17], 3) });
    const { findings } = await checkLeakage(leaking);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      check: 'shared-rows',
      roles: ['train', 'test'],
      count: 2,
      rows: [
        [5, 17],
        [3, 4],
      ],
      rowIds: [
        [5, 17],
        [5, 17],
      ],
    });
  });

  it('finds an entity in two splits, whether it is a number or text', async () => {
    const leaking = parts({
      train: (p) => p.groups.fill(42, 0, 10),
      holdout: (p) => p.groups.fill('42', 0, 1),
    });
    const report = await checkLeakage(leaking);
    expect(report.findings.filter((f) => f.check === 'shared-groups')).toMatchObject([
      { roles: ['train', 'holdout'], groups: ['42'], count: 1 },
    ]);
  });

  it('finds times that overlap, touch or go back', async () => {
    expect(await errors(parts({ validation: (p) => p.times.fill(119_000, 0, 1) }))).toContain(
      'time-order train-validation',
    );
    expect(await errors(parts({ test: (p) => p.times.fill(0, 29, 30) }))).toContain('unsorted-times test-test');
    expect(await errors(parts({ test: (p) => p.times.fill(p.times[0]) }))).toEqual([]);
  });

  it('finds labels that end in a later split, neighbours or not', async () => {
    expect(await errors(parts({ train: (p) => p.labelEnds.fill(120_000, 119) }))).toEqual([
      'label-overlap train-validation',
    ]);
    expect(await errors(parts({ train: (p) => p.labelEnds.fill(190_000, 0, 1) }))).toEqual([
      'label-overlap train-validation',
      'label-overlap train-test',
      'label-overlap train-holdout',
    ]);
    expect(await errors(parts({ train: (p) => p.labelEnds.fill(119_999, 119) }))).toEqual([]);
  });

  it('warns when entities run side by side, refuses them in the wrong order', async () => {
    // Three entities a split, all splits over the same time.
    const sideBySide = (p: Mutable) => {
      p.times = Float64Array.from(p.times, (_, i) => 1000 * i);
      p.groups = p.groups.map((_, i) => `${p.role}${i % 3}`);
    };
    const all = { train: sideBySide, validation: sideBySide, test: sideBySide, holdout: sideBySide };
    const report = await checkLeakage(withoutSpans(parts(all)));
    expect(report.ok).toBe(false);
    const sameStart = (p: Mutable) => {
      sideBySide(p);
      p.times.fill(0, 0, 3);
    };
    const started = { train: sameStart, validation: sameStart, test: sameStart, holdout: sameStart };
    const allowed = await checkLeakage(withoutSpans(parts(started)));
    expect(allowed.ok).toBe(true);
    expect(new Set(allowed.findings.map((f) => f.check))).toEqual(new Set(['concurrent-groups']));
    const late = parts({
      train: (p) => {
        p.times = p.times.map((t) => t + 150_000);
      },
    });
    expect(await errors(withoutSpans(late))).toContain('time-order train-validation');
  });

  it('refuses one copied row of continuous values, with or without times', async () => {
    const copy = (list: LeakagePart[]) => {
      const [train, , test] = list as Mutable[];
      test.X.row(4).set(train.X.row(99));
      test.y[4] = train.y[99];
      return list;
    };
    for (const list of [copy(parts()), bare(copy(parts()))]) {
      const { ok, findings } = await checkLeakage(list);
      expect(ok).toBe(false);
      expect(findings).toMatchObject([
        { check: 'duplicate-rows', roles: ['train', 'test'], count: 1, rows: [[99], [4]] },
      ]);
    }
  });

  it('takes all kinds of NaN for one missing value, and -0 for 0', async () => {
    const list = parts() as Mutable[];
    const bits = (m: Matrix) => new Uint32Array(m.data.buffer);
    list[2].X.row(4).set(list[0].X.row(99));
    list[2].y[4] = list[0].y[99];
    bits(list[0].X).set([0x7fc00000, 0], 99 * 4);
    bits(list[2].X).set([0xffc00001, 0x80000000], 4 * 4);
    expect((await checkLeakage(list)).ok).toBe(false);
  });

  it('is no copy when the label differs', async () => {
    const list = parts() as Mutable[];
    list[2].X.row(4).set(list[0].X.row(99));
    list[2].y[4] = 1 - list[0].y[99];
    expect((await checkLeakage(list)).findings).toEqual([]);
  });

  it('only warns about equal rows in a discrete table, as such tables have them by nature', async () => {
    const report = await checkLeakage(bare(parts({}, (random) => random.int(3))));
    expect(report.ok).toBe(true);
    const found = report.findings.find((f) => f.roles.join() === 'train,validation');
    expect(found).toMatchObject({ check: 'duplicate-rows', severity: 'warning' });
    expect(found?.message).toMatch(/repeat within train/);
  });

  it('refuses a discrete test set that was copied from train as a whole', async () => {
    const list = parts({}, (random) => random.int(40)) as Mutable[];
    for (let i = 0; i < 30; i++) {
      list[2].X.row(i).set(list[0].X.row(i));
      list[2].y[i] = list[0].y[i];
    }
    expect(await errors(bare(list))).toEqual(['duplicate-rows train-test']);
  });

  it('only warns about flat stretches of a market, which repeat within their split too', async () => {
    const list = parts() as Mutable[];
    for (const [k, from] of [
      [0, 110],
      [1, 0],
    ] as const) {
      for (let i = 0; i < 10; i++) {
        list[k].X.row(from + i).fill(101.25);
        list[k].y[from + i] = 0;
      }
    }
    const report = await checkLeakage(list);
    expect(report.findings).toMatchObject([
      { check: 'duplicate-rows', roles: ['train', 'validation'], severity: 'warning' },
    ]);
  });

  it('can be told that copies are genuine, or not to look for them', async () => {
    const list = parts() as Mutable[];
    list[2].X.row(4).set(list[0].X.row(99));
    list[2].y[4] = list[0].y[99];
    const allowed = await checkLeakage(list, { duplicates: 'warning' });
    expect(allowed).toMatchObject({ ok: true, findings: [{ severity: 'warning' }] });
    expect((await checkLeakage(list, { duplicates: 'off' })).findings).toEqual([]);
  });

  it('compares windows and raw tables by content', async () => {
    const list = parts() as Mutable[];
    const windows = list.map((p) => {
      const ends = Uint32Array.from({ length: p.X.rows - 4 }, (_, i) => i + 4);
      return { role: p.role, X: new Windows(p.X, ends, 5), y: p.y.slice(4) };
    });
    expect((await checkLeakage(windows)).ok).toBe(true);
    list[2].X.data.set(list[0].X.data.subarray(0, 5 * 4), 8);
    list[2].y[6] = list[0].y[4];
    windows[2].y[2] = list[0].y[4];
    expect((await checkLeakage(windows)).findings).toMatchObject([{ check: 'duplicate-rows', rows: [[0], [2]] }]);

    const table = (seed: number) => {
      const random = new Random(seed);
      return Table.fromColumns({
        price: Float64Array.from({ length: 50 }, () => random.float()),
        side: Array.from({ length: 50 }, (_, i) => (i % 7 === 0 ? null : random.int(2) === 0 ? 'buy' : 'sell')),
      });
    };
    const y = new Float64Array(50);
    const raw = (test: Table) => [
      { role: 'train' as const, X: table(1), y },
      { role: 'test' as const, X: test, y: y.slice(0, test.rowCount) },
    ];
    expect((await checkLeakage(raw(table(2)))).ok).toBe(true);
    // The same row, though its categories are numbered otherwise.
    const [copied] = table(1).records(13, 14);
    expect(
      (await checkLeakage(raw(Table.fromRecords([{ price: 0.5, side: 'sell' }, { price: 0.25, side: 'buy' }, copied]))))
        .ok,
    ).toBe(false);
  });

  it('lists no more than `limit` rows, but counts all', async () => {
    const { findings } = await checkLeakage(parts({ train: (p) => p.labelEnds.fill(125_000) }), { limit: 3 });
    expect(findings[0].count).toBe(120);
    expect(findings[0].rows[0]).toEqual([0, 1, 2]);
  });

  it('leaves the event loop free and is fast on 73,000 rows of 180 features', async () => {
    const random = new Random(3);
    let at = 0;
    const large = (
      [
        ['train', 43_800],
        ['validation', 14_600],
        ['test', 10_950],
        ['holdout', 3_650],
      ] as const
    ).map(([role, n]) => {
      const X = Matrix.zeros(n, 180);
      for (let i = 0; i < X.data.length; i++) X.data[i] = random.uint32();
      const times = Float64Array.from({ length: n }, (_, i) => at + i);
      at += n;
      return { role, X, y: new Float64Array(n), times, labelEnds: times, rowIds: Uint32Array.from(times) };
    });
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const start = performance.now();
    const report = await checkLeakage(large);
    const took = performance.now() - start;
    clearInterval(timer);
    expect(report.ok).toBe(true);
    // About 100 ms and 20 ms on an idle two-core machine; the bounds leave room for a busy one.
    expect(took).toBeLessThan(3000);
    expect(longest).toBeLessThan(250);
  });
});

describe('assertNoLeakage', () => {
  it('throws one DataLeakageError with every finding and its rows', async () => {
    const leaking = parts({
      train: (p) => p.labelEnds.fill(125_000, 100),
      test: (p) => p.rowIds.set([5], 0),
    });
    const error = (await assertNoLeakage(leaking).catch((e: unknown) => e)) as DataLeakageError;
    expect(error).toBeInstanceOf(DataLeakageError);
    expect(error.message).toMatch(/train and test share 1 rows \(source rows 5\)/);
    expect(error.hint).toMatch(/labelEnd/);
    expect((error.details.findings as { check: string }[]).map((f) => f.check).sort()).toEqual([
      'label-overlap',
      'shared-rows',
    ]);
  });

  it('returns the report when there are warnings only', async () => {
    const report = await assertNoLeakage(bare(parts({}, (random) => random.int(3))));
    expect(report.findings.length).toBeGreaterThan(0);
  });

  it('refuses arrays of different lengths', async () => {
    const [train, ...rest] = parts();
    await expect(assertNoLeakage([{ ...train, times: new Float64Array(3) }, ...rest])).rejects.toBeInstanceOf(
      InvalidInputError,
    );
    await expect(checkLeakage(rest, { limit: 0 })).rejects.toBeInstanceOf(InvalidInputError);
  });
});
