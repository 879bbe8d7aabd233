/** Reports as JSON text: typed arrays as lists, dates and maps never; values that are not finite become null. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, (_key, part) => (ArrayBuffer.isView(part) ? Array.from(part as unknown as ArrayLike<number>) : part), 2)}\n`;
}

/** As `toJson`, with lists of numbers on one line: a curve of a thousand points is one line and not three thousand. */
export function toCompactJson(value: unknown): string {
  return toJson(value).replace(/\[\s+(?:(?:-?[\d.e+-]+|null),?\s+)+\]/g, (list) =>
    list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  );
}
