/**
 * Stands between hyparquet and the bytes of a column: every page is looked through before it is decoded, compressed ones when they have been
 * decompressed. hyparquet asks for a column's bytes, then has its pages decompressed one after another.
 */
import type { Compressors, FileMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { type ColumnChunk, checkPages, type StoredPage } from './parquet-pages.js';
import { checkRuns } from './parquet-runs.js';

export class PageGuard {
  private chunk: ColumnChunk | undefined;
  private pages: StoredPage[] = [];
  private readonly groups: readonly RowGroup[];

  constructor({ row_groups }: FileMetaData) {
    // Those that hyparquet reads.
    this.groups = row_groups.filter(({ num_rows }) => num_rows > 0n);
  }

  /** What is read next: a flat column of the row group of that number, among those with rows. Throws what is wrong with it. */
  expect(field: SchemaElement, group: number): void {
    this.chunk = chunkOf(this.groups[group], field);
    this.pages = [];
  }

  /** `bytes` of the file, from `start` on: the pages of the column that is expected. Throws what is wrong with them. */
  read(bytes: ArrayBuffer, start: number, end: number): void {
    const { chunk } = this;
    if (!chunk) return;
    if (!(start <= chunk.start && chunk.end <= end && chunk.start < chunk.end))
      throw new Error('its bytes are elsewhere');
    this.pages = checkPages(new Uint8Array(bytes, chunk.start - start, chunk.end - chunk.start), chunk);
  }

  /** The same decompressors, whose pages are looked through. */
  around(compressors: Compressors): Compressors {
    const guarded = Object.entries(compressors).map(([codec, decompress]) => [
      codec,
      (input: Uint8Array, size: number) => this.check(decompress(input, size), input.length, size),
    ]);
    return Object.fromEntries(guarded);
  }

  private check(body: Uint8Array, stored: number, size: number): Uint8Array {
    const page = this.pages.shift();
    if (page?.stored !== stored || page.size !== size) throw new Error('a page is not the one that was looked through');
    if (page.layout) checkRuns(body, page.layout);
    return body;
  }
}

/** Where the footer says the column is; a flat column has one, with a value a row. */
function chunkOf(group: RowGroup | undefined, { name, repetition_type }: SchemaElement): ColumnChunk {
  const found = (group?.columns ?? []).flatMap(({ meta_data }) =>
    meta_data?.path_in_schema[0] === name ? [meta_data] : [],
  );
  const [meta] = found;
  if (found.length !== 1 || meta.path_in_schema.length !== 1) throw new Error('the footer does not say where it is');
  const { data_page_offset, dictionary_page_offset, total_compressed_size, num_values, codec, type } = meta;
  if (num_values !== group?.num_rows) throw new Error(`${num_values} values for ${group?.num_rows} rows`);
  const start = Number(dictionary_page_offset || data_page_offset);
  return {
    start,
    end: start + Number(total_compressed_size),
    values: Number(num_values),
    codec,
    optional: repetition_type !== 'REQUIRED',
    boolean: type === 'BOOLEAN',
  };
}
