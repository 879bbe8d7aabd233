import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { type EpochUnit, epochToMs, parseTimestamp } from '../../src/core/time.js';

describe('parseTimestamp', () => {
  it('reads dates, minutes, seconds, fractions and zones; no zone is UTC', () => {
    const cases: [string, number][] = [
      ['1970-01-01', 0],
      ['2020-02-29 09:30', Date.UTC(2020, 1, 29, 9, 30)],
      ['2020-02-29T09:30:15', Date.UTC(2020, 1, 29, 9, 30, 15)],
      ['2020-02-29 09:30:15.25', Date.UTC(2020, 1, 29, 9, 30, 15, 250)],
      ['2020-02-29T09:30:15.123Z', Date.UTC(2020, 1, 29, 9, 30, 15, 123)],
      ['2020-02-29T09:30:15.123456Z', Date.UTC(2020, 1, 29, 9, 30, 15, 123) + 0.456],
      ['2020-02-29T09:30+05:30', Date.UTC(2020, 1, 29, 4, 0)],
      ['2020-02-29T09:30:00-0800', Date.UTC(2020, 1, 29, 17, 30)],
      ['0000-01-01', -62167219200000],
      ['9999-12-31', 253402214400000],
    ];
    for (const [text, expected] of cases) expect(parseTimestamp(text), text).toBeCloseTo(expected, 3);
  });

  it('agrees with the engine on every instant it can write', () => {
    fc.assert(
      fc.property(
        fc.date({
          noInvalidDate: true,
          min: new Date('0000-01-01T00:00:00Z'),
          max: new Date('9999-12-31T23:59:59.999Z'),
        }),
        (date) => {
          expect(parseTimestamp(date.toISOString())).toBe(date.getTime());
          expect(parseTimestamp(date.toISOString().slice(0, 10))).toBe(Date.parse(date.toISOString().slice(0, 10)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('takes no day that does not exist and nothing it does not know', () => {
    for (const text of [
      '2021-02-29',
      '1900-02-29',
      '2020-13-01',
      '2020-00-01',
      '2020-04-31',
      '2020-01-00',
      '2020-1-1',
      '20200101',
      '2020-01-01 24:00',
      '2020-01-01 12:60',
      '2020-01-01 12:30:60',
      '2020-01-01 12',
      '2020-01-01T12:30Q',
      '2020-01-01 12:30:15.',
      '2020-01-01 12:30:15.1234567890',
      '2020-01-01 12:30 UTC',
      '2020-01-01T12:30+5',
      '2020-01-01T12:30+24:00',
      '01/02/2020',
      '',
      'x',
      '1580000000',
      '2020-01-01 ',
      '２０２０-01-01',
      '2020-01-01T12:30Zx',
      `${'2'.repeat(99)}`,
    ]) {
      expect(parseTimestamp(text), text).toBeNaN();
    }
  });
});

describe('epochToMs', () => {
  it('converts the declared unit and refuses another', () => {
    expect((['s', 'ms', 'us', 'ns'] as const).map((unit) => epochToMs(1e9, unit))).toEqual([1e12, 1e9, 1e6, 1e3]);
    expect(() => epochToMs(1, 'min' as EpochUnit)).toThrow(InvalidInputError);
  });
});
