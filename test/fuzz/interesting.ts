/** Values that readers stumble over. */

export const NUMBERS: readonly number[] = [
  -1,
  0,
  1,
  2,
  3,
  7,
  0.5,
  -0.5,
  1e-300,
  1e308,
  -1e308,
  3.5e38,
  255,
  256,
  65_535,
  65_536,
  1e6,
  1e9,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53,
  1e20,
];

/** As they stand in a text. */
export const NUMBER_TEXTS: readonly string[] = [
  ...NUMBERS.map(String),
  ...[
    '1e999',
    '-1e999',
    'nan',
    'NaN',
    'inf',
    '-inf',
    'Infinity',
    '-0',
    '0x10',
    '1e',
    '00',
    '+1',
    '1_0',
    '1,5',
    '٣',
    '9'.repeat(400),
    '1.',
  ],
];

export const KEYS: readonly string[] = [
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'length',
    'then',
    'toJSON',
    '',
    '0',
    '-1',
    'x',
  ],
];

export const STRINGS: readonly string[] = [
  ...KEYS,
  ...[
    '../../../../etc/passwd',
    '/etc/passwd',
    '..',
    '.',
    'a/b',
    'a\\b',
    'C:\\x',
    '\0',
    'a\0b',
    '\ud800',
    '\u202e',
    '\uffff',
    'é\u0301',
    '🜁',
    '\r\n',
    '\t',
    ' ',
  ],
  ...[
    'NaN',
    'null',
    'true',
    '1',
    '-1',
    '1e999',
    '[]',
    '{}',
    '"',
    "'",
    '=',
    ':',
    ',',
    '%s',
    '%2e%2e%2f',
    '$' + '{x}',
    '<script>',
    'file:///etc/passwd',
  ],
  ...[
    '2020-13-45T99:99:99',
    '9999999999999',
    'A'.repeat(10_000),
    '(((((((((('.repeat(200),
    '[['.repeat(3000),
    '{"a":'.repeat(2000),
  ],
];

/** Values of JSON that stand where others are expected. */
export const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    '',
    [],
    {},
    [null],
    [[]],
    [{}],
    { length: 3 },
    { length: 1e9 },
    [1, 2, 3],
    ['a'],
    { a: 1 },
    { __proto__: null },
    [-1, 0, 1e308],
  ],
  JSON.parse('{"__proto__":{"polluted":true}}'),
  JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
];

/** A value inside so many arrays or objects. */
export function nested(value: unknown, depth: number, keyed: boolean): unknown {
  let out = value;
  for (let i = 0; i < depth; i++) out = keyed ? { a: out } : [out];
  return out;
}
