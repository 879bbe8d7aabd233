/**
 * Looks through the metadata of Arrow IPC data before apache-arrow reads it: its reader takes every count as it stands, and bytes beyond the end
 * for zeros, so that a changed one keeps it busy for hours. Layout: FlatBuffers; Message.fbs, Schema.fbs and File.fbs of the Arrow format.
 */

/** Levels of nested fields; rows that a batch may have without bytes for them (all null). */
const MOST_LEVELS = 64;
const FREE_ROWS = 1_000_000;
/** Bytes of the layout (vtable) of a table. */
const MOST_LAYOUT = 2 ** 15 - 1;
const FILE_START = 8;
const MAGIC_BYTES = 6;

/** A message of the stream: where it begins, of which kind it is, and where the next one begins. */
interface Frame {
  readonly kind: number;
  readonly next: number;
}

const SCHEMA = 1;
const DICTIONARY_BATCH = 2;
const RECORD_BATCH = 3;

/** Throws what is wrong. A stream that is cut off at its end is not: readers take what there is. */
export function checkArrow(bytes: Uint8Array, isFile: boolean): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isFile) {
    checkFile(view);
    return;
  }
  for (let frame = checkMessage(view, 0); frame; ) frame = checkMessage(view, frame.next);
}

function checkFile(view: DataView): void {
  const end = view.byteLength - MAGIC_BYTES - 4;
  const length = end >= FILE_START ? view.getInt32(end, true) : -1;
  if (length <= 0 || length > end - FILE_START) throw new Error('the footer has no length');
  const footer = new Tables(view, end - length, end);
  const root = footer.root();
  checkSchema(footer, footer.child(root, 1));
  for (const field of [2, 3]) {
    const blocks = footer.vector(root, field, 24);
    for (let i = 0; i < blocks.length; i++) {
      // offset: int64, metaDataLength: int32, (padding), bodyLength: int64
      const at = Number(view.getBigInt64(blocks.at + 24 * i, true));
      const kind = checkMessage(view, at)?.kind;
      if (kind !== (field === 2 ? DICTIONARY_BATCH : RECORD_BATCH))
        throw new Error('the footer names a batch that is none');
    }
  }
}

/** Undefined at the end, and where what follows is cut off. */
function checkMessage(view: DataView, start: number): Frame | undefined {
  if (!Number.isSafeInteger(start) || start < 0) throw new Error('a batch is at no place');
  let at = start;
  if (at + 4 > view.byteLength) return undefined;
  let length = view.getInt32(at, true);
  at += 4;
  if (length === -1) {
    if (at + 4 > view.byteLength) return undefined;
    length = view.getInt32(at, true);
    at += 4;
  }
  if (length === 0) return undefined;
  if (length < 0) throw new Error('a message of negative length');
  if (at + length > view.byteLength) return undefined;
  const tables = new Tables(view, at, at + length);
  const root = tables.root();
  const kind = tables.byte(root, 1);
  const body = tables.long(root, 3);
  if (!(body >= 0)) throw new Error('a message of negative length');
  const header = tables.child(root, 2);
  if (kind === SCHEMA) checkSchema(tables, header);
  else if (kind === RECORD_BATCH) checkBatch(tables, header, body);
  else if (kind === DICTIONARY_BATCH)
    checkBatch(tables, header === undefined ? undefined : tables.child(header, 1), body);
  else throw new Error(`a message of the unknown kind ${kind}`);
  return { kind, next: at + length + body };
}

function checkSchema(tables: Tables, schema: number | undefined): void {
  if (schema === undefined) throw new Error('there is no schema');
  tables.each(schema, 1, (field) => checkField(tables, field, 0));
  checkKeys(tables, schema, 2);
  tables.vector(schema, 3, 8);
}

function checkField(tables: Tables, field: number, depth: number): void {
  if (depth > MOST_LEVELS) throw new Error('fields are nested too deeply');
  tables.vector(field, 0, 1);
  tables.child(field, 3);
  const dictionary = tables.child(field, 4);
  if (dictionary !== undefined) tables.child(dictionary, 1);
  tables.each(field, 5, (child) => checkField(tables, child, depth + 1));
  checkKeys(tables, field, 6);
}

function checkKeys(tables: Tables, table: number, field: number): void {
  tables.each(table, field, (pair) => {
    tables.vector(pair, 0, 1);
    tables.vector(pair, 1, 1);
  });
}

/** Every count of rows must be paid for by bytes: of a column of booleans, a bit each. */
function checkBatch(tables: Tables, batch: number | undefined, body: number): void {
  if (batch === undefined) throw new Error('a batch without a description');
  const most = Math.max(FREE_ROWS, 8 * body);
  const { view } = tables;
  const rows = tables.long(batch, 0);
  const nodes = tables.vector(batch, 1, 16);
  const counts = [
    rows,
    ...Array.from({ length: 2 * nodes.length }, (_, i) => Number(view.getBigInt64(nodes.at + 8 * i, true))),
  ];
  if (counts.some((count) => !(count >= 0 && count <= most)))
    throw new Error('a batch has other rows than its bytes hold');
  const buffers = tables.vector(batch, 2, 16);
  for (let i = 0; i < buffers.length; i++) {
    const offset = Number(view.getBigInt64(buffers.at + 16 * i, true));
    const length = Number(view.getBigInt64(buffers.at + 16 * i + 8, true));
    if (!(offset >= 0 && length >= 0 && offset + length <= body)) throw new Error('a column lies outside its batch');
  }
  tables.child(batch, 3);
  tables.vector(batch, 4, 8);
}

/** Tables of FlatBuffers between two places of a file; whatever points elsewhere throws. */
class Tables {
  /** Each table needs some bytes of its own: more of them than bytes are the same ones, met again and again. */
  private left: number;

  constructor(
    readonly view: DataView,
    private readonly start: number,
    private readonly end: number,
  ) {
    this.left = end - start;
  }

  root(): number {
    return this.table(this.start);
  }

  byte(table: number, field: number): number {
    const at = this.place(table, field, 1);
    return at === undefined ? 0 : this.view.getUint8(at);
  }

  long(table: number, field: number): number {
    const at = this.place(table, field, 8);
    return at === undefined ? 0 : Number(this.view.getBigInt64(at, true));
  }

  child(table: number, field: number): number | undefined {
    const at = this.place(table, field, 4);
    return at === undefined ? undefined : this.table(at);
  }

  /** Length and first item; without the field, empty. */
  vector(table: number, field: number, size: number): { readonly length: number; readonly at: number } {
    const reference = this.place(table, field, 4);
    if (reference === undefined) return { length: 0, at: 0 };
    const head = this.inside(reference + this.view.getUint32(reference, true), 4);
    const length = this.view.getUint32(head, true);
    return { length, at: this.inside(head + 4, length * size) };
  }

  /** Every table of a vector. */
  each(table: number, field: number, look: (table: number) => void): void {
    const { length, at } = this.vector(table, field, 4);
    for (let i = 0; i < length; i++) look(this.table(at + 4 * i));
  }

  /** The table that the reference at `at` leads to. */
  private table(at: number): number {
    if (--this.left < 0) throw new Error('the metadata refers to itself');
    this.inside(at, 4);
    return this.inside(at + this.view.getUint32(at, true), 4);
  }

  /** Where a field of a table lies; undefined where it has its default. */
  private place(table: number, field: number, size: number): number | undefined {
    const layout = this.inside(table - this.view.getInt32(table, true), 4);
    const slot = 4 + 2 * field;
    const length = this.view.getUint16(layout, true);
    // apache-arrow reads it as a signed number: what is too long for one has no fields there.
    if (length > MOST_LAYOUT) throw new Error('a table with too many fields');
    this.inside(layout, length);
    if (slot + 2 > length) return undefined;
    const offset = this.view.getUint16(this.inside(layout + slot, 2), true);
    return offset === 0 ? undefined : this.inside(table + offset, size);
  }

  private inside(at: number, size: number): number {
    if (!(at >= this.start && at + size <= this.end)) throw new Error('the metadata points outside itself');
    return at;
  }
}
