import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LightGBMFile } from '../../../src/boosting/lightgbm/format.js';
import { parseModel } from '../../../src/boosting/lightgbm/format-reader.js';
import { fileNames, formatModel } from '../../../src/boosting/lightgbm/format-writer.js';
import { applyLink } from '../../../src/boosting/lightgbm/objective.js';
import { ModelFormatError } from '../../../src/core/errors.js';
import { emptyTree, type Tree } from '../../../src/trees/tree.js';
import { rawScoresOfFile } from '../../oracles/lightgbm-predict.js';

const directory = fileURLToPath(new URL('../../golden/lightgbm/', import.meta.url));
const golden = (name: string) => readFileSync(`${directory}${name}.txt`, 'utf8');
interface Expected {
  rows: (number | null)[][];
  models: Record<string, { raw: number[] | number[][]; output: number[] | number[][] }>;
}
const expected = JSON.parse(readFileSync(`${directory}expected.json`, 'utf8')) as Expected;
const rows = expected.rows.map((row) => row.map((value) => value ?? Number.NaN));
const names = Object.keys(expected.models);

/** The error that reading `text` throws; fails when there is none. */
function errorOf(text: string): ModelFormatError {
  try {
    parseModel(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelFormatError);
    return error as ModelFormatError;
  }
  throw new Error('the text was read without an error');
}

/** `text` with one line of its first tree replaced, and the header's tree sizes left out. */
function withLine(text: string, key: string, value: string): string {
  return text.replace(/^tree_sizes=.*\n/m, '').replace(new RegExp(`^${key}=.*$`, 'm'), `${key}=${value}`);
}

function relativeError(actual: number, wanted: number): number {
  return Math.abs(actual - wanted) / Math.max(1e-12, Math.abs(wanted));
}

describe('files that Python LightGBM wrote', () => {
  it.each(names)('%s: raw scores and outputs are those of Python', (name) => {
    const file = parseModel(golden(name));
    const { outputs } = file.ensemble;
    rows.forEach((row, i) => {
      const raw = Float64Array.from(rawScoresOfFile(file, row));
      const wantedRaw = [expected.models[name].raw[i]].flat();
      const wanted = [expected.models[name].output[i]].flat();
      for (let k = 0; k < outputs; k++) {
        // Python's raw score of a forest is the sum over its 4 rounds, its output that of the mean, which is what we hold.
        const scale = name === 'random-forest' ? 4 : 1;
        expect(relativeError(raw[k] * scale, wantedRaw[k]), `raw ${i} ${k}`).toBeLessThan(1e-12);
      }
      applyLink(file.objective, raw, outputs);
      for (let k = 0; k < outputs; k++)
        expect(relativeError(raw[k], wanted[k]), `output ${i} ${k}`).toBeLessThan(1e-12);
    });
  });

  it.each(names)('%s: written again, it reads back to the identical model', (name) => {
    const file = parseModel(golden(name));
    const again = parseModel(formatModel(file));
    expect(again).toEqual(file);
    expect(formatModel(again)).toBe(formatModel(file));
  });

  it('keeps feature names, infos, parameters and shrinkage', () => {
    const file = parseModel(golden('regression'));
    expect(file.featureNames).toEqual(['open', 'close=price', 'bid/ask', 'säule', 'f.4']);
    expect(file.featureInfos?.[3]).toBe('[0:69]');
    expect(file.parameters?.num_leaves).toBe('8');
    expect(Array.from(file.shrinkage ?? [])).toEqual([1, 0.1, 0.1, 0.1]);
  });

  it('says that linear trees are not supported', () => {
    expect(errorOf(golden('linear-tree')).details).toMatchObject({ part: 'is_linear', tree: 0 });
  });

  it('reads a file whose line ends became CR LF', () => {
    expect(parseModel(golden('binary-nan').replaceAll('\n', '\r\n'))).toEqual(parseModel(golden('binary-nan')));
  });

  it('reads the golden files that are committed, all of them', () => {
    const files = readdirSync(directory).filter((file) => file.endsWith('.txt') && file !== 'linear-tree.txt');
    expect(files.map((file) => file.slice(0, -4)).sort()).toEqual([...names].sort());
  });
});

describe('writing', () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(-0, 5e-324, 1e300, 1e-35),
  );
  /** A random tree: each new split replaces a random leaf. */
  const anyTree = (features: number): fc.Arbitrary<Tree> =>
    fc
      .array(
        fc.record({
          at: fc.nat(),
          feature: fc.nat({ max: features - 1 }),
          threshold: fc.oneof(number, fc.constant(Number.POSITIVE_INFINITY)),
          missing: fc.constantFrom('none', 'left', 'right'),
          categories: fc.option(fc.uint32Array({ minLength: 1, maxLength: 3 }), { freq: 5, nil: undefined }),
          values: fc.tuple(number, number, number, number, fc.nat(), number, fc.nat()),
        }),
        { maxLength: 8 },
      )
      .map((splits) => {
        const tree = emptyTree(splits.length + 1);
        const parents: { node: number; side: 'left' | 'right' }[] = [];
        splits.forEach((split, node) => {
          const slot = node === 0 ? undefined : parents.splice(split.at % parents.length, 1)[0];
          if (slot) tree[slot.side][slot.node] = node;
          parents.push({ node, side: 'left' }, { node, side: 'right' });
          tree.splitFeature[node] = split.feature;
          tree.threshold[node] = split.threshold;
          tree.hasMissing[node] = split.missing === 'none' ? 0 : 1;
          tree.missingLeft[node] = split.missing === 'left' ? 1 : 0;
          [tree.gain[node], tree.internalValue[node], tree.internalWeight[node]] = split.values;
          tree.internalCount[node] = split.values[4];
          if (!split.categories) return;
          (tree.categories ??= new Array(splits.length).fill(undefined))[node] = split.categories;
          tree.hasMissing[node] = 1;
          tree.missingLeft[node] = 0;
        });
        parents.forEach(({ node, side }, leaf) => {
          tree[side][node] = ~leaf;
        });
        for (let leaf = 0; leaf < tree.leafCount; leaf++) {
          const values = splits[leaf % Math.max(1, splits.length)]?.values ?? [0.25, 0, 0, 3, 7, 0, 0];
          tree.leafValue[leaf] = values[5];
          tree.leafWeight[leaf] = values[3];
          tree.leafRows[leaf] = values[6];
        }
        let set = 0;
        tree.categories?.forEach((categories, node) => {
          if (categories) tree.threshold[node] = set++;
        });
        return tree;
      });
  const anyFile: fc.Arbitrary<LightGBMFile> = fc
    .record({
      features: fc.integer({ min: 1, max: 4 }),
      outputs: fc.constantFrom(1, 3),
      rounds: fc.integer({ min: 1, max: 3 }),
    })
    .chain(({ features, outputs, rounds }) =>
      fc.record({
        trees: fc.array(anyTree(features), { minLength: outputs * rounds, maxLength: outputs * rounds }),
        featureNames: fc.array(fc.string(), { minLength: features, maxLength: features }),
        classes: fc.option(fc.constant<number[]>(outputs === 1 ? [-1, 1] : [-1.5, 0, 7]), { nil: undefined }),
        outputs: fc.constant(outputs),
        features: fc.constant(features),
      }),
    )
    .map(({ trees, outputs, features, featureNames, classes }) => ({
      ensemble: { trees, outputs, features },
      objective: { name: outputs === 1 ? 'binary' : 'multiclass', sigmoid: 1, sqrt: false, numClass: outputs },
      featureNames,
      ...(classes ? { classes } : {}),
    }));

  it('reads back every number to the identical float64, every name and every class', () => {
    fc.assert(
      fc.property(anyFile, (file) => {
        const again = parseModel(formatModel(file));
        expect(again.ensemble).toEqual(file.ensemble);
        expect(again.featureNames).toEqual(file.featureNames);
        expect(again.classes).toEqual(file.classes);
        expect(again.objective).toEqual(file.objective);
      }),
      { numRuns: 150 },
    );
  });

  it('spells names so that LightGBM takes them, all different', () => {
    expect(fileNames(['a b', 'a_b', '', 'x:1', '{"q"}', 'ok\tok', 'säule'])).toEqual([
      'a_b',
      'a_b_1',
      'Column_2',
      'x_1',
      '__q__',
      'ok_ok',
      'säule',
    ]);
  });

  it('lists split counts, most first', () => {
    const text = formatModel(parseModel(golden('binary-nan')));
    const block = /feature_importances:\n([\s\S]*?)\n\nparameters/.exec(text)?.[1].split('\n') ?? [];
    const counts = block.map((line) => Number(line.split('=').pop()));
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(counts.reduce((a, b) => a + b)).toBe(4 * 7);
  });
});

describe('bad files', () => {
  const good = golden('binary-categorical');

  it.each([
    ['empty', '', 'header'],
    ['another format', '{"learner": {}}', 'header'],
    ['header only', good.slice(0, good.indexOf('Tree=0')), 'header'],
    ['an old version', good.replace('version=v4', 'version=v2'), 'version'],
    ['a newer version', good.replace('version=v4', 'version=v5'), 'version'],
    ['no version', good.replace('version=v4\n', ''), 'version'],
    ['an unknown objective', good.replace('objective=binary', 'objective=lambdarank'), 'objective'],
    ['a tree less', good.replace(/Tree=3[\s\S]*?(?=end of trees)/, ''), 'header, tree_sizes'],
    ['a digit more', good.replace('leaf_value=-', 'leaf_value=-1'), 'tree 0'],
    ['another feature count', good.replace('max_feature_idx=4', 'max_feature_idx=3'), 'header, feature_names'],
    ['a split on an unknown feature', withLine(good, 'split_feature', '9 0 0 0 0 0 0'), 'tree 0, split_feature'],
    ['a child out of range', withLine(good, 'left_child', '99 0 0 0 0 0 0'), 'tree 0, left_child'],
    ['a cycle', withLine(good, 'left_child', '0 0 0 0 0 0 0'), 'tree 0'],
    ['too few values', withLine(good, 'leaf_value', '1 2'), 'tree 0, leaf_value'],
    ['a NaN leaf', withLine(good, 'leaf_value', '1 2 3 4 5 6 7 nan'), 'tree 0, leaf_value'],
    ['an infinite leaf', withLine(good, 'leaf_value', '1 2 3 4 5 6 7 inf'), 'tree 0, leaf_value'],
    ['a NaN threshold', withLine(good, 'threshold', '0 nan 0 0 0 0 0'), 'tree 0, threshold'],
    ['a hexadecimal leaf', withLine(good, 'leaf_value', '1 2 3 4 5 6 7 0x8'), 'tree 0, leaf_value'],
    ['a huge leaf count', withLine(good, 'num_leaves', '999999999'), 'tree 0'],
    ['no leaf', withLine(good, 'num_leaves', '0'), 'tree 0'],
    ['an unknown category set', withLine(good, 'num_cat', '0'), 'tree 0, threshold'],
    ['category bounds that descend', withLine(good, 'cat_boundaries', '0 -1'), 'tree 0, cat_boundaries'],
    ['a decision type of no meaning', withLine(good, 'decision_type', '14 14 14 14 14 14 14'), 'tree 0, decision_type'],
    ['a missing line', good.replace(/^tree_sizes=.*\n/m, '').replace(/^threshold=.*\n/m, ''), 'tree 0'],
    ['a line twice', good.replace(/^tree_sizes=.*\n/m, '').replace(/^(threshold=.*\n)/m, '$1$1'), 'tree 0'],
    ['parameters cut short', good.slice(0, good.indexOf('[num_leaves')), 'parameters'],
    ['trees out of order', good.replace('Tree=1\n', 'Tree=2\n'), 'tree 1'],
    ['class labels that descend', `${good}\nholdfast:{"classes":[1,0]}\n`, 'holdfast line'],
    ['a damaged holdfast line', `${good}\nholdfast:{"classes":\n`, 'holdfast line'],
  ])('%s: a ModelFormatError names the part', (_, text, part) => {
    const error = errorOf(text);
    expect(error.details.part).toContain(part.split(' ')[0]);
    expect(error.hint).not.toBe('');
  });

  it('a file cut at any place is an error, or complete but for its tail', () => {
    const whole = parseModel(good);
    for (let end = 0; end < good.length; end += 7) {
      let cut: LightGBMFile | undefined;
      try {
        cut = parseModel(good.slice(0, end));
      } catch (error) {
        expect(error).toBeInstanceOf(ModelFormatError);
      }
      if (cut) expect(cut.ensemble).toEqual(whole.ensemble);
    }
  });

  it('mutated files are read or refused, never crash or hang, and what is read is a usable tree', () => {
    const sources = ['binary-categorical', 'binary-zero-as-missing', 'multiclass', 'one-leaf'].map((name) =>
      golden(name).replace(/^tree_sizes=.*\n/m, ''),
    );
    const piece = fc.oneof(
      fc.constantFrom(
        '0',
        '-1',
        '99999999999999',
        '1e999',
        'nan',
        '=',
        '\n',
        ' ',
        'Tree=',
        'Tree=0\n',
        'num_leaves=2\n',
        '',
      ),
      fc.string({ maxLength: 6 }),
    );
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      drop: fc.nat({ max: 30 }),
      insert: piece,
    });
    fc.assert(
      fc.property(fc.constantFrom(...sources), fc.array(edit, { minLength: 1, maxLength: 4 }), (source, edits) => {
        let text = source;
        for (const { at, drop, insert } of edits) {
          const position = Math.floor(at * text.length);
          text = text.slice(0, position) + insert + text.slice(position + drop);
        }
        let file: LightGBMFile;
        try {
          file = parseModel(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelFormatError);
          return;
        }
        for (const score of rawScoresOfFile(file, rows[7])) expect(score).toBeTypeOf('number');
      }),
      { numRuns: 1500 },
    );
  });

  it('ten megabytes of garbage are refused within seconds', () => {
    const started = performance.now();
    const noise = Array.from({ length: 10_000 }, (_, i) => `${i * 7919}=${'x'.repeat(1000)}`).join('\n');
    errorOf(noise);
    errorOf(`tree\nversion=v4\n${noise}\nTree=0\n${noise}\nend of trees\n`);
    errorOf(`tree\n${'Tree=0\n'.repeat(1_400_000)}`);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
