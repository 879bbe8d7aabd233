/** Axes that all plots share: quiet lines, few ticks, words at their ends. */
import type { PlotOptions, ScaleOptions } from '@observablehq/plot';
import { type Canvas, textWidth } from './canvas.js';
import { colour } from './theme.js';

type TickFormat = (value: number) => string;

const AXIS = { tickSize: 0, labelArrow: 'none' } as const;

/** A scale along the bottom, named in the middle below it. */
export const across = (label: string | null, options: ScaleOptions = {}): ScaleOptions => ({
  ...AXIS,
  label,
  labelAnchor: 'center',
  ...options,
});

/** A scale up the left side, named above it. */
export const upward = (label: string | null, options: ScaleOptions = {}): ScaleOptions => ({
  ...AXIS,
  label,
  ...options,
});

/** Lines behind the marks. */
export const grid = (
  { Plot }: Canvas,
  { x, y }: { x?: number | readonly number[]; y?: number | readonly number[] },
) => [
  ...(x === undefined ? [] : [Plot.gridX({ ticks: x as number, stroke: colour('grid'), strokeOpacity: 1 })]),
  ...(y === undefined ? [] : [Plot.gridY({ ticks: y as number, stroke: colour('grid'), strokeOpacity: 1 })]),
];

/** Left margin that holds these labels, at most `share` of the width. */
export const labelMargin = (labels: readonly string[], width: number, share = 0.42): number =>
  Math.min(Math.round(width * share), Math.max(36, ...labels.map((label) => textWidth(label) + 12)));

/** Characters that a label may have in this width. */
export const labelLength = (width: number, share = 0.42): number => Math.max(8, Math.floor((width * share - 12) / 7.2));

/** Of a plot with numbers on both axes. */
export const numeric = (width: number, height: number): PlotOptions => ({
  width,
  height,
  marginTop: 28,
  marginRight: 14,
  marginBottom: 42,
  marginLeft: 48,
});

/** Ticks of 0 to 1. */
export const SHARES = [0, 0.25, 0.5, 0.75, 1];
export const shareTick: TickFormat = (value) => String(value);
