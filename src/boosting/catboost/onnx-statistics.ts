/**
 * Target statistics of categories as ONNX nodes: a category's code becomes its part of the hash, parts are put together as CatBoost does, in
 * int64, and the hash is looked up. Products of int64 wrap around in onnxruntime, as in CatBoost.
 */
import type { OnnxGraph } from '../../model/onnx/graph.js';
import { columns } from '../../model/onnx/links.js';
import { type CategoryCodes, MISSING_CODE, type Vocabularies } from './category-codes.js';
import { categoryHash, MISSING_CATEGORY, partFactor } from './category-hash.js';
import { ctrValues } from './ctr-value.js';
import type { CatBoostEnsemble, CtrTable } from './ensemble.js';

/** The statistics that trees ask for, table by table. */
export interface UsedStatistics {
  readonly tables: readonly { readonly table: CtrTable; readonly ctrs: readonly number[] }[];
  /** By number of the statistic: its place among all that are used. */
  readonly places: ReadonlyMap<number, number>;
}

export function usedStatistics({ trees, ctrs, ctrTables }: CatBoostEnsemble): UsedStatistics {
  const byTable = new Map<number, Set<number>>();
  for (const { conditions } of trees) {
    for (const { kind, feature } of conditions) {
      if (kind !== 'ctr') continue;
      const { table } = ctrs[feature];
      byTable.set(table, (byTable.get(table) ?? new Set()).add(feature));
    }
  }
  const tables = [...byTable].map(([table, used]) => ({ table: ctrTables[table], ctrs: [...used] }));
  const places = new Map(tables.flatMap(({ ctrs: used }) => used).map((ctr, place) => [ctr, place]));
  return { tables, places };
}

/** Adds nodes that give the statistics' values; returns the names of float tensors (rows, statistics of a table), in the order of the tables. */
export function addStatistics(
  graph: OnnxGraph,
  X: string,
  ensemble: CatBoostEnsemble,
  { tables }: UsedStatistics,
  known: { readonly vocabularies: Vocabularies; readonly codes: CategoryCodes },
): string[] {
  if (tables.length === 0) return [];
  const parts = new Parts(graph, X, ensemble, known.vocabularies, known.codes);
  return tables.map(({ table, ctrs }) => {
    const rows = table.hashes.length;
    const row = graph.mlNode('LabelEncoder', [parts.hash(table)], {
      keys_int64s: { ints: BigInt64Array.from(table.hashes, (hash) => BigInt.asIntN(64, hash)) },
      values_int64s: { ints: Array.from(table.hashes, (_, i) => i) },
      default_int64: { int: rows },
    });
    const flat = graph.node('Squeeze', [row, graph.vector('int64', [1])]);
    const each = ctrs.map((ctr) => ctrValues(ensemble.ctrs[ctr], table));
    const values = new Float32Array((rows + 1) * ctrs.length);
    each.forEach((column, k) => {
      for (let i = 0; i <= rows; i++) values[i * ctrs.length + k] = column[i];
    });
    const looked = graph.constant({ type: 'float', dims: [rows + 1, ctrs.length], values });
    return graph.node('Gather', [looked, flat], { axis: { int: 0 } });
  });
}

/** (rows, 1) int64 tensors, each made once. */
class Parts {
  private readonly codeNodes = new Map<number, string>();
  private readonly hashNodes = new Map<number, string>();
  private readonly multiplier: string;

  constructor(
    private readonly graph: OnnxGraph,
    private readonly X: string,
    private readonly ensemble: CatBoostEnsemble,
    private readonly vocabularies: Vocabularies,
    private readonly codes: CategoryCodes,
  ) {
    this.multiplier = this.long(BigInt.asIntN(64, partFactor(-1)));
  }

  /** Horner's rule over the parts, then what every part has in common. */
  hash({ projection: { categories, floatConditions, oneHotConditions } }: CtrTable): string {
    const { graph } = this;
    const parts = [
      ...categories.map((feature) => this.category(feature)),
      ...floatConditions.map(({ feature, border }) => this.above(feature, border)),
      ...oneHotConditions.map(({ feature, value }) => this.equal(feature, value)),
    ];
    const sum = parts.reduce((hash, part) => graph.node('Add', [graph.node('Mul', [hash, this.multiplier]), part]));
    return graph.node('Mul', [sum, this.long(BigInt.asIntN(64, partFactor(0)))]);
  }

  /** Hash of the category; of one that training had not, a number that no text has. */
  private category(feature: number): string {
    let hash = this.hashNodes.get(feature);
    if (!hash) {
      const known = new Map(this.vocabularies.get(feature));
      known.set(MISSING_CODE, categoryHash(MISSING_CATEGORY));
      hash = this.graph.mlNode('LabelEncoder', [this.code(feature)], {
        keys_int64s: { ints: [...known.keys()] },
        values_int64s: { ints: [...known.values()] },
        default_int64: { int: NO_HASH },
      });
      this.hashNodes.set(feature, hash);
    }
    return hash;
  }

  private above(feature: number, border: number): string {
    const { graph } = this;
    const { column, nan } = this.ensemble.floatFeatures[feature];
    const value = columns(graph, this.X, [column]);
    const above = graph.node('Greater', [value, graph.scalar('float', border)]);
    const yes = nan === 'AsTrue' ? graph.node('Or', [above, graph.node('IsNaN', [value])]) : above;
    return graph.cast(yes, 'int64');
  }

  private equal(feature: number, hash: number): string {
    const { graph } = this;
    const code = this.codes.get(this.ensemble.categoricalFeatures[feature].column, hash);
    return graph.cast(graph.node('Equal', [this.code(feature), graph.scalar('int64', code)]), 'int64');
  }

  /** The cell where it is a code, else MISSING_CODE. */
  private code(feature: number): string {
    let code = this.codeNodes.get(feature);
    if (!code) {
      const { graph } = this;
      const cell = columns(graph, this.X, [this.ensemble.categoricalFeatures[feature].column]);
      const whole = graph.node('Equal', [graph.node('Floor', [cell]), cell]);
      const isCode = graph.node('And', [whole, graph.node('GreaterOrEqual', [cell, graph.scalar('float', 0)])]);
      code = graph.cast(graph.node('Where', [isCode, cell, graph.scalar('float', MISSING_CODE)]), 'int64');
      this.codeNodes.set(feature, code);
    }
    return code;
  }

  private long(value: bigint): string {
    return this.graph.constant({ type: 'int64', dims: [], values: BigInt64Array.of(value) });
  }
}

/** Hashes of texts have 32 bits. */
const NO_HASH = 2 ** 40 + 1;
