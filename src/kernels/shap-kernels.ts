/** What assembly/shap.ts and assembly/shap-background.ts export. Addresses and strides are bytes. */
export interface ShapKernels {
  shapTables(nodes: number, count: number, points: number, n: number, out: number): void;
  shapTree(nodes: number, tables: number, leaves: number, n: number, worth: number, states: number): void;
  shapRows(
    players: number,
    count: number,
    x: number,
    stride: number,
    rows: number,
    levels: number,
    out: number,
    outStride: number,
  ): void;
  shapPairs(
    players: number,
    count: number,
    x: number,
    stride: number,
    rows: number,
    levels: number,
    other: number,
    all: number,
    out: number,
    outStride: number,
  ): void;
  shapAnswers(nodes: number, count: number, x: number, stride: number, rows: number, out: number): void;
  shapLeaves(
    nodes: number,
    levels: number,
    table: number,
    players: number,
    count: number,
    x: number,
    stride: number,
    rows: number,
    out: number,
    outStride: number,
  ): void;
  shapBackgroundTree(
    nodes: number,
    leaves: number,
    worth: number,
    states: number,
    weights: number,
    side: number,
    lists: number,
  ): void;
  shapBackgroundRows(
    size: number,
    players: number,
    count: number,
    mine: number,
    rows: number,
    theirs: number,
    m: number,
    out: number,
    outStride: number,
  ): void;
  shapBackgroundPairs(
    size: number,
    players: number,
    count: number,
    mine: number,
    rows: number,
    theirs: number,
    m: number,
    all: number,
    out: number,
    outStride: number,
  ): void;
}
