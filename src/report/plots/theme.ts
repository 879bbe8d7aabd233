/**
 * Colours of reports and plots, in light and in dark. Text on its ground has a contrast of at least 4.5 (WCAG 2, AA), lines and areas that carry meaning
 * at least 3; the colours of series differ for the usual kinds of colour blindness and in lightness.
 */

/** Colours of a plot. */
export type ThemeName = 'light' | 'dark';

const LIGHT = {
  page: '#f5f6f8',
  card: '#ffffff',
  ink: '#1b2330',
  muted: '#566073',
  line: '#d5dae2',
  grid: '#e9ecf1',
  axis: '#8790a0',
  accent: '#1d5fb0',
  s1: '#1d5fb0',
  s2: '#c2570c',
  s3: '#0f7f6e',
  s4: '#7b4cc2',
  s5: '#b3316b',
  s6: '#5f6b7c',
  good: '#15703f',
  bad: '#b3261e',
  warn: '#8a5300',
  soft: '#eef3fa',
  v0: '#2166ac',
  v1: '#5a8fc4',
  v2: '#8a8a99',
  v3: '#d0754f',
  v4: '#b2182b',
  none: '#a3abb8',
};

const DARK: Record<keyof typeof LIGHT, string> = {
  page: '#0e131a',
  card: '#161d27',
  ink: '#e7ebf1',
  muted: '#a5afbf',
  line: '#2e3948',
  grid: '#232d3a',
  axis: '#6f7b8c',
  accent: '#7db4f5',
  s1: '#6aa9f0',
  s2: '#f19a57',
  s3: '#4cc3a9',
  s4: '#b596f2',
  s5: '#f081a9',
  s6: '#9aa6b7',
  good: '#5bc98d',
  bad: '#f58d84',
  warn: '#e5b653',
  soft: '#1c2735',
  v0: '#5aa2e8',
  v1: '#8fbdea',
  v2: '#a9a9b8',
  v3: '#f0a27f',
  v4: '#f4665f',
  none: '#6b7584',
};

export type Colour = keyof typeof LIGHT;
export const THEMES: Readonly<Record<ThemeName, Readonly<Record<Colour, string>>>> = { light: LIGHT, dark: DARK };

/** A colour that follows the page's theme. */
export const colour = (name: Colour): string => `var(--${name})`;

/** Colours of series in their order; further ones begin again. */
const SERIES: readonly Colour[] = ['s1', 's2', 's3', 's4', 's5', 's6'];
export const series = (index: number): string => colour(SERIES[index % SERIES.length]);

/** Declarations of all colours of a theme, for a style sheet. */
export const declarations = (theme: ThemeName): string =>
  Object.entries(THEMES[theme])
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');

/** With the theme's colours in place of the variables: for files that stand alone. */
export const resolved = (svg: string, theme: ThemeName): string =>
  svg
    .replace(/var\(--(\w+)\)/g, (whole, name: string) => (THEMES[theme] as Record<string, string>)[name] ?? whole)
    .replaceAll('currentColor', THEMES[theme].ink);
