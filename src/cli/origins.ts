/** Settings with where each comes from: what `--explain-config` prints is what was used. */
import { textTable } from '../core/text-table.js';

/** A value and where it stands; undefined values are passed over. */
export type Candidate<T> = readonly [value: T | undefined, from: string];

export interface Origin {
  readonly setting: string;
  readonly value: unknown;
  readonly from: string;
}

export class Origins {
  readonly #list: Origin[] = [];

  /** The first candidate that has a value, remembered with its place. */
  pick<T>(setting: string, ...candidates: readonly Candidate<T>[]): T | undefined {
    const [value, from] = candidates.find(([one]) => one !== undefined) ?? [undefined, 'not set'];
    this.add(setting, value, from);
    return value;
  }

  add(setting: string, value: unknown, from: string): void {
    this.#list.push({ setting, value, from });
  }

  get list(): readonly Origin[] {
    return this.#list;
  }

  text(): string {
    const shown = (value: unknown): string => {
      const text = value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value);
      return text.length > 60 ? `${text.slice(0, 57)}...` : text;
    };
    return textTable(
      ['setting', 'value', 'from'],
      this.#list.map(({ setting, value, from }) => [setting, shown(value), from]),
    );
  }
}
