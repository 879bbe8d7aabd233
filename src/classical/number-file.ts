/** A model's numbers as a JSON file of a format and a version: parsed, and every field checked before it is used. */
import { ModelFormatError } from '../core/errors.js';

export class NumberFile {
  private constructor(
    private readonly what: string,
    readonly body: Readonly<Record<string, unknown>>,
  ) {}

  /**
   * @param what - as messages name the file: 'The file of a ridge model'
   * @throws ModelFormatError - no JSON, another format, a version above `newest`
   */
  static parse(text: string, what: string, { format, newest }: { format: string; newest: number }): NumberFile {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch (cause) {
      throw damaged(what, 'is not JSON', cause);
    }
    const fields = (body ?? {}) as Record<string, unknown>;
    if (fields.format !== format) throw damaged(what, `is not of format '${format}'`);
    const { version } = fields;
    if (!Number.isInteger(version) || (version as number) < 1 || (version as number) > newest) {
      throw new ModelFormatError(`${what} has format version ${String(version)}`, {
        hint: `This release reads versions up to ${newest}; update holdfast, or train again.`,
      });
    }
    return new NumberFile(what, fields);
  }

  /** A positive integer. */
  count(name: string): number {
    const value = this.body[name];
    if (!Number.isSafeInteger(value) || (value as number) < 1)
      throw this.damaged(`'${name}' is not a positive integer`);
    return value as number;
  }

  /** A list of exactly `length` finite numbers; no memory is taken for a length that the file only promises. */
  numbers(name: string, length: number, value: unknown = this.body[name]): Float64Array {
    if (!Array.isArray(value) || value.length !== length) {
      throw this.damaged(`'${name}' is not a list of ${length} numbers`);
    }
    if (!value.every((item) => Number.isFinite(item))) {
      throw this.damaged(`'${name}' holds something that is no finite number`);
    }
    return Float64Array.from(value as number[]);
  }

  damaged(problem: string): ModelFormatError {
    return damaged(this.what, problem);
  }
}

function damaged(what: string, problem: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(`${what} ${problem}`, {
    hint: 'The file is damaged or was edited; restore it from a backup or train again.',
    cause,
  });
}
