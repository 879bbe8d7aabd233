/**
 * Reads LightGBM's text model (v3 and v4), such as Python's `Booster.save_model` writes.
 * Whatever is wrong with the text is a `ModelFormatError` that names the part; work is linear in its length.
 */
import { ModelFormatError } from '../../core/errors.js';
import { damaged, type LightGBMFile, TRAILER } from './format.js';
import { type FileObjective, parseObjective } from './objective.js';
import { keyValues, readInteger, readIntegers, required, words } from './text-values.js';
import { parseTree } from './tree-reader.js';

const VERSIONS = ['v3', 'v4'];
const PANDAS = 'pandas_categorical:';
const END_OF_TREES = 'end of trees';

/** Parses a whole model file. */
export function parseModel(text: string): LightGBMFile {
  const clean = text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
  const header = readHeader(clean);
  const treesEnd = endOfTrees(clean, header.end);
  const blocks = splitTrees(clean.slice(header.end, treesEnd), header);
  const zeroMissing = new Uint8Array(header.features);
  const nanMissing = new Uint8Array(header.features);
  const shrinkage = new Float64Array(blocks.length);
  const trees = blocks.map((block, index) => {
    const { tree, scale } = parseTree(block, index, header.features, zeroMissing, nanMissing);
    shrinkage[index] = scale;
    return tree;
  });
  refuseMixedMissing(zeroMissing, nanMissing);
  const file: LightGBMFile = {
    ensemble: { trees, outputs: header.outputs, features: header.features },
    objective: header.objective,
    featureInfos: header.featureInfos,
    shrinkage,
    ...(header.monotone ? { monotone: header.monotone } : {}),
    ...(zeroMissing.includes(1) ? { zeroMissing } : {}),
    ...readTail(clean.slice(treesEnd), header),
  };
  if (header.averageOutput) averageTrees(file);
  return file;
}

interface Header {
  outputs: number;
  features: number;
  objective: FileObjective;
  featureNames: string[];
  featureInfos?: string[];
  monotone?: number[];
  treeSizes?: Int32Array;
  /** Random-forest mode: the output is the mean over the rounds. */
  averageOutput: boolean;
  /** Where the trees begin. */
  end: number;
}

function readHeader(text: string): Header {
  if (!/^tree\n/.test(text)) throw damaged('header', "does not begin with 'tree'");
  const end = text.indexOf('\nTree=') + 1;
  if (end === 0) throw damaged('header', 'no tree follows it');
  const { values, flags } = keyValues(text.slice(0, end), 'header');
  checkVersion(values.get('version'));
  const outputs = readInteger(required(values, 'num_tree_per_iteration', 'header'), 'header, num_tree_per_iteration');
  const classes = readInteger(required(values, 'num_class', 'header'), 'header, num_class');
  const features = readInteger(required(values, 'max_feature_idx', 'header'), 'header, max_feature_idx') + 1;
  const featureNames = words(required(values, 'feature_names', 'header'));
  const featureInfos = values.has('feature_infos') ? words(values.get('feature_infos') ?? '') : undefined;
  for (const [part, list] of [
    ['feature_names', featureNames],
    ['feature_infos', featureInfos ?? featureNames],
  ] as const) {
    if (features < 1 || list.length !== features) {
      throw damaged(`header, ${part}`, `${list.length} entries for ${features} features`);
    }
  }
  const directions = values.get('monotone_constraints');
  const monotone = directions
    ? [...readIntegers(directions, features, 'header, monotone_constraints', -1, 1)]
    : undefined;
  const objective = readObjective(values.get('objective'), outputs, classes);
  const sizes = values.get('tree_sizes');
  const treeSizes =
    sizes === undefined ? undefined : readIntegers(sizes, words(sizes).length, 'header, tree_sizes', 1, 2 ** 31 - 1);
  return {
    outputs,
    features,
    objective,
    featureNames,
    featureInfos,
    monotone,
    treeSizes,
    averageOutput: flags.has('average_output'),
    end,
  };
}

function checkVersion(version: string | undefined): void {
  if (version !== undefined && VERSIONS.includes(version)) return;
  throw new ModelFormatError(`LightGBM model file, version: '${version ?? 'none'}' is not known`, {
    hint: `Versions that can be read: ${VERSIONS.join(', ')}. Save the model with LightGBM 3 or 4.`,
    details: { part: 'version', version },
  });
}

function readObjective(text: string | undefined, outputs: number, classes: number): FileObjective {
  if (outputs < 1 || outputs !== classes) {
    throw damaged('header, num_tree_per_iteration', `${outputs} trees a round for ${classes} classes`);
  }
  // A custom objective leaves no line: its raw scores are all that is known.
  const objective = text === undefined ? parseObjective('regression') : parseObjective(text);
  if (objective.numClass !== outputs) {
    throw damaged('header, objective', `'${text ?? 'none'}' with ${outputs} trees a round`);
  }
  return objective;
}

function endOfTrees(text: string, from: number): number {
  const at = text.indexOf(`\n${END_OF_TREES}\n`, from) + 1;
  if (at === 0) throw damaged(END_OF_TREES, 'is missing: the file is cut short');
  return at;
}

/** Cuts the section of the trees into one block a tree, and compares their number and lengths with the header. */
function splitTrees(section: string, header: Header): string[] {
  const blocks = section.split(/^(?=Tree=)/m);
  const sizes = header.treeSizes;
  if (sizes && sizes.length !== blocks.length) {
    throw damaged('header, tree_sizes', `lists ${sizes.length} trees, the file has ${blocks.length}`);
  }
  if (blocks.length % header.outputs !== 0) {
    throw damaged('trees', `${blocks.length} trees, which is no multiple of ${header.outputs} a round`);
  }
  // The last block is followed by the blank lines before `end of trees`; LightGBM counts them to the tree as well.
  sizes?.forEach((size, i) => {
    const length = Buffer.byteLength(blocks[i]);
    if (length !== size) throw damaged(`tree ${i}`, `${length} bytes long, the header says ${size}`, { tree: i });
  });
  return blocks;
}

function refuseMixedMissing(zeroMissing: Uint8Array, nanMissing: Uint8Array): void {
  const feature = zeroMissing.findIndex((flag, f) => flag === 1 && nanMissing[f] === 1);
  if (feature < 0) return;
  throw new ModelFormatError(
    `LightGBM model file, decision_type: feature ${feature} takes zero as missing in one split and NaN in another`,
    {
      hint: 'This happens when models trained with different zero_as_missing settings are merged; use one setting.',
      details: { part: 'decision_type', feature },
    },
  );
}

function readTail(
  tail: string,
  header: Header,
): Pick<LightGBMFile, 'parameters' | 'classes' | 'featureNames' | 'pandasCategorical'> {
  const lines = tail.split('\n');
  const start = lines.indexOf('parameters:');
  const end = lines.indexOf('end of parameters');
  if (start >= 0 && end < start) throw damaged('parameters', "'end of parameters' is missing: the file is cut short");
  const parameters: Record<string, string> = {};
  for (const line of start < 0 ? [] : lines.slice(start + 1, end)) {
    const match = /^\[([^:\]]+): ?(.*)\]$/.exec(line);
    if (match) parameters[match[1]] = match[2];
  }
  const own = lines.find((line) => line.startsWith(TRAILER));
  return {
    featureNames: header.featureNames,
    ...(start < 0 ? {} : { parameters }),
    ...readPandas(lines.find((line) => line.startsWith(PANDAS))),
    ...(own === undefined ? {} : readTrailer(own.slice(TRAILER.length), header)),
  };
}

/** The values behind the codes of pandas categories. */
function readPandas(line: string | undefined): Pick<LightGBMFile, 'pandasCategorical'> {
  let value: unknown = null;
  try {
    if (line !== undefined) value = JSON.parse(line.slice(PANDAS.length));
  } catch {
    throw damaged('pandas_categorical', 'is not JSON');
  }
  if (value === null) return {};
  if (!Array.isArray(value) || !value.every(Array.isArray)) throw damaged('pandas_categorical', 'is no list of lists');
  return { pandasCategorical: value as unknown[][] };
}

/** Our own line: class labels, and feature names as they were before LightGBM's spelling. */
function readTrailer(json: string, header: Header): Partial<Pick<LightGBMFile, 'classes' | 'featureNames'>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw damaged('holdfast line', 'is not JSON');
  }
  const { classes, featureNames } = (value ?? {}) as { classes?: unknown; featureNames?: unknown };
  const count = header.outputs === 1 ? 2 : header.outputs;
  if (classes !== undefined && !isSorted(classes, count)) {
    throw damaged('holdfast line', `classes are not ${count} numbers in ascending order`);
  }
  const named = Array.isArray(featureNames) && featureNames.every((name) => typeof name === 'string');
  if (featureNames !== undefined && !(named && featureNames.length === header.features)) {
    throw damaged('holdfast line', `featureNames are not ${header.features} names`);
  }
  return { ...(classes ? { classes: classes as number[] } : {}), ...(named ? { featureNames } : {}) };
}

function isSorted(values: unknown, count: number): boolean {
  return (
    Array.isArray(values) &&
    values.length === count &&
    values.every((v, i) => typeof v === 'number' && Number.isFinite(v) && (i === 0 || v > values[i - 1]))
  );
}

/** Turns a mean over the rounds into the sum that an ensemble is. */
function averageTrees(file: LightGBMFile): void {
  const rounds = file.ensemble.trees.length / file.ensemble.outputs;
  for (const tree of file.ensemble.trees) {
    for (let i = 0; i < tree.leafValue.length; i++) tree.leafValue[i] /= rounds;
    for (let i = 0; i < tree.internalValue.length; i++) tree.internalValue[i] /= rounds;
  }
}
