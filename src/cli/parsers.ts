/** Values of options: each parser gives the value or says what is wrong with it. */
import { InvalidArgumentError } from 'commander';

/** Values that are given, without those that are not. */
export function defined<T extends Record<string, unknown>>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

export function list(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function number(value: string): number {
  const parsed = Number(value);
  if (value.trim() === '' || !Number.isFinite(parsed) || parsed < 0)
    throw new InvalidArgumentError('not a number of at least 0.');
  return parsed;
}

/** A repeated value, each as JSON where it is a number, true, false or null, else as text. */
export function scalar(text: string, previous: readonly Scalar[] = []): Scalar[] {
  const plain = /^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null)$/.test(text);
  return [...previous, plain ? (JSON.parse(text) as Scalar) : text];
}

type Scalar = string | number | boolean | null;

export function integer(least: number): (value: string) => number {
  return (value) => {
    const parsed = number(value);
    if (!Number.isInteger(parsed) || parsed < least)
      throw new InvalidArgumentError(`not a whole number of at least ${least}.`);
    return parsed;
  };
}

export function oneOf<T extends string>(names: readonly T[]): (value: string) => T {
  return (value) => {
    const found = names.find((name) => name === value);
    if (found === undefined) throw new InvalidArgumentError(`choose one of ${names.join(', ')}.`);
    return found;
  };
}

/** `key=value` or `model.key=value`, the value as JSON where it is JSON (numbers, true, lists), else as text. */
export function keyValue(text: string, previous: Record<string, unknown>): Record<string, unknown> {
  const at = text.indexOf('=');
  const key = text.slice(0, at).trim();
  if (at < 1 || !/^([A-Za-z_]\w*\.)?[A-Za-z_]\w*$/.test(key) || /(^|\.)__proto__$/.test(key))
    throw new InvalidArgumentError('not of the form key=value (or model.key=value).');
  const value = text.slice(at + 1);
  try {
    return { ...previous, [key]: JSON.parse(value) as unknown };
  } catch {
    return { ...previous, [key]: value };
  }
}
