/** The rows of the files in test/fixtures/columnar, as `Table.records` must give them. */
export const typeRows = (names: readonly string[]): Record<string, unknown>[] => {
  const moment = new Date('2020-01-31T09:30:00.123Z');
  const before = new Date('1969-12-31T00:00:00Z');
  const columns: Record<string, unknown[]> = {
    int8: [1, null, -3],
    int64: [1, 2 ** 53, null],
    uint32: [1, 2 ** 32 - 1, null],
    float16: [0.5, null, -2],
    float32: [0.5, null, null],
    float64: [0.1, Number.POSITIVE_INFINITY, null],
    bool: [1, 0, null],
    text: ['a', null, 'é'],
    large_text: ['a', null, 'é'],
    dictionary: ['x', 'y', null],
    seconds: [new Date('2020-01-31T09:30:00Z'), null, before],
    millis: [moment, null, before],
    micros: [moment, null, before],
    nanos: [moment, null, before],
    date: [new Date('2020-02-29T00:00:00Z'), null, before],
    nothing: [null, null, null],
    decimal: [1.25, null, -3.5],
  };
  return [0, 1, 2].map((i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
};

/** What each of them is here. */
export const typeKinds: Record<string, string> = {
  text: 'categorical',
  large_text: 'categorical',
  dictionary: 'categorical',
  seconds: 'time',
  millis: 'time',
  micros: 'time',
  nanos: 'time',
  date: 'time',
};
