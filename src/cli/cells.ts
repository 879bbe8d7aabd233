/** Texts of others in tables for people: on one line, of bearable length, and without what a terminal would obey. */
import { InvalidArgumentError } from 'commander';

const LONGEST = 60;

export function cell(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST - 1)}…` : clean;
}

export function numberCell(value: unknown): string {
  if (typeof value !== 'number') return '-';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`not a whole number of at least ${least}.`);
  };
}
