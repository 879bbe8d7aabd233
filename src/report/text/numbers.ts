/** Numbers, dates and names as a reader wants them; the same text on every machine. */

/** Such as 12,345, 0.6931, 1.2e-7; '–' for what has no value. */
export function number(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return grouped(String(value));
  if (size >= 1e6 || size < 1e-4)
    return value
      .toExponential(Math.max(0, digits - 2))
      .replace('-', '−')
      .replace('e+', 'e');
  const magnitude = Math.floor(Math.log10(size));
  // Below 1, `digits` places, but never fewer than two digits that are not 0.
  const places = size >= 1 ? Math.max(0, digits - magnitude - 1) : Math.max(digits, 1 - magnitude);
  return grouped(value.toFixed(places));
}

/** With its sign: +0.01, −0.02. */
export function signed(value: number | null | undefined, digits = 4): string {
  const text = number(value, digits);
  return typeof value === 'number' && value > 0 ? `+${text}` : text;
}

export const percent = (share: number, places = 1): string =>
  Number.isFinite(share) ? `${(100 * share).toFixed(places)} %` : '–';

const grouped = (text: string): string => {
  const [whole, part] = text.replace('-', '−').split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return part === undefined ? spaced : `${spaced}.${part}`;
};

export const count = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`;

/** UTC: 2026-01-02 03:04, the time left out at midnight. */
export function date(at: number | string | undefined): string {
  const ms = typeof at === 'string' ? Date.parse(at) : at;
  if (ms === undefined || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return '–';
  const iso = new Date(ms).toISOString();
  return iso.slice(11, 16) === '00:00' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  if (seconds < 7200) return `${(seconds / 60).toFixed(1)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** At most `most` characters, the cut marked; whole characters only, and none that would turn the reading direction or break the line. */
export function shortened(text: string, most: number): string {
  const clean = printable(text);
  const characters = [...clean];
  return characters.length <= most ? clean : `${characters.slice(0, Math.max(1, most - 1)).join('')}…`;
}

/** As `shortened`, cut in the middle: names of features differ at their ends. */
export function middle(text: string, most: number): string {
  const characters = [...printable(text)];
  if (characters.length <= most) return characters.join('');
  const head = Math.ceil((most - 1) * 0.55);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - Math.max(1, most - 1 - head)).join('')}`;
}

/** Without control characters, line breaks and marks of direction, and without lone surrogates. */
export const printable = (text: string): string =>
  text
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g, '');
