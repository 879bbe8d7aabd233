/** The lines that open a model file of libsvm and of LIBLINEAR: keys and values, none of which is trusted. */

import type { ModelFormatError } from '../../../core/errors.js';
import { shown } from '../../../core/text.js';

/** The error of the file that is read. */
export type Damaged = (problem: string) => ModelFormatError;

/** Lines of a key and its values; every key at most once, and only those that are known. */
export class Header {
  private readonly values = new Map<string, string[]>();

  constructor(
    lines: readonly string[],
    known: readonly string[],
    private readonly damaged: Damaged,
  ) {
    for (const line of lines) {
      const [key, ...values] = line.trim().split(/\s+/);
      if (!known.includes(key)) throw this.damaged(`has an unknown line '${line.slice(0, 40)}'`);
      if (this.values.has(key)) throw this.damaged(`has '${key}' twice`);
      this.values.set(key, values);
    }
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  oneOf<T extends string>(key: string, allowed: readonly T[]): T {
    const [value, ...rest] = this.get(key);
    const found = allowed.find((item) => item === value);
    if (found === undefined || rest.length > 0)
      throw this.damaged(`has ${key} '${shown(value)}', not one of ${allowed.join(', ')}`);
    return found;
  }

  count(key: string, least: number, most: number): number {
    const [value] = this.numbers(key, 1);
    if (!Number.isInteger(value) || value < least || value > most) throw this.damaged(`has ${key} ${value}`);
    return value;
  }

  numbers(key: string, length: number): number[] {
    const values = this.get(key);
    if (values.length !== length) throw this.damaged(`has ${values.length} values in '${key}', not ${length}`);
    return values.map((text) => finite(text, key, this.damaged));
  }

  private get(key: string): string[] {
    const values = this.values.get(key);
    if (!values) throw this.damaged(`has no line '${key}'`);
    return values;
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A decimal number, as every reader of C's understands it. */
export function finite(text: string, where: string, damaged: Damaged): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw damaged(`has '${text.slice(0, 20)}', no finite number, in ${where}`);
  return value;
}
