/** A JSON-like document as parsed from either encoding, and `Part`: a place in it, read with checks that name the place. */
import { damaged } from './damage.js';

/** Arrays of one type of number, as UBJSON stores them. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Int32Array
  | BigInt64Array;

/** Floats that UBJSON lists one by one instead of as a typed array; only written. */
export class FloatList {
  constructor(readonly values: Float32Array) {}
}

export type DocumentValue =
  | string
  | number
  | boolean
  | null
  | NumberArray
  | FloatList
  | readonly DocumentValue[]
  | { readonly [key: string]: DocumentValue };

export function isNumberArray(value: DocumentValue): value is NumberArray {
  return ArrayBuffer.isView(value);
}

/** One value of a document and the path to it. */
export class Part {
  constructor(
    readonly value: DocumentValue | undefined,
    readonly path: string,
  ) {}

  /** A member that must be there. */
  get(key: string): Part {
    const part = this.find(key);
    if (!part) throw damaged(`${this.path}.${key}`, 'is missing');
    return part;
  }

  /** A member that may be left out. */
  find(key: string): Part | undefined {
    const members = this.members();
    return Object.hasOwn(members, key) ? new Part(members[key], `${this.path}.${key}`) : undefined;
  }

  keys(): string[] {
    return Object.keys(this.members());
  }

  items(): Part[] {
    const { value, path } = this;
    if (!Array.isArray(value)) throw damaged(path, 'is not a list');
    return (value as DocumentValue[]).map((item, i) => new Part(item, `${path}[${i}]`));
  }

  text(): string {
    if (typeof this.value !== 'string') throw damaged(this.path, 'is not a text');
    return this.value;
  }

  texts(): string[] {
    return this.items().map((item) => item.text());
  }

  /** A whole number in [min, max]; XGBoost writes its parameters as text. */
  integer(min: number, max: number): number {
    const { value, path } = this;
    const text = typeof value === 'string' && /^-?\d{1,15}$/.test(value);
    const number = text ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number)) throw damaged(path, 'is not a whole number');
    if (number < min || number > max) throw damaged(path, `${number} is outside ${min}..${max}`, { value: number });
    return number;
  }

  /** Whole numbers in [min, max]; `count` of them if given. Flags may be written as true and false. */
  integers(min: number, max: number, count?: number): Int32Array {
    const values = this.numbers(count);
    return Int32Array.from(values, (value, i) => {
      if (!Number.isInteger(value) || value < min || value > max) {
        throw damaged(this.path, `${value} is no whole number in ${min}..${max}`, { index: i, value });
      }
      return value;
    });
  }

  /** Finite float32 numbers. */
  floats(count?: number, allow: 'finite' | 'any' = 'finite'): Float32Array {
    const values = this.numbers(count);
    const floats = Float32Array.from(values);
    for (let i = 0; i < floats.length; i++) {
      if (allow === 'finite' && !Number.isFinite(floats[i])) {
        throw damaged(this.path, `${values[i]} is no finite number`, { index: i });
      }
    }
    return floats;
  }

  private members(): { readonly [key: string]: DocumentValue } {
    const { value, path } = this;
    if (value === null || typeof value !== 'object' || Array.isArray(value) || isNumberArray(value as DocumentValue)) {
      throw damaged(path, 'is not an object');
    }
    return value as { readonly [key: string]: DocumentValue };
  }

  private numbers(count: number | undefined): ArrayLike<number> {
    const { value, path } = this;
    if (value === undefined || !(Array.isArray(value) || isNumberArray(value))) throw damaged(path, 'is not a list');
    const list = value as NumberArray | readonly DocumentValue[];
    if (count !== undefined && list.length !== count) {
      throw damaged(path, `${list.length} values where ${count} belong`);
    }
    if (list instanceof BigInt64Array) return Array.from(list, Number);
    if (isNumberArray(list)) return list;
    return list.map((item, i) => {
      if (typeof item === 'boolean') return item ? 1 : 0;
      if (typeof item !== 'number') throw damaged(path, 'holds something that is no number', { index: i });
      return item;
    });
  }
}
