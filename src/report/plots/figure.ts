/** A plot with what belongs to it: its name, what it shows in words, the numbers behind it. */
import type { Canvas } from './canvas.js';

/** Names of all plots: files of plots are called so. */
export const PLOT_NAMES = [
  ...(['baselines', 'learningCurves', 'confusionMatrix', 'roc', 'precisionRecall', 'calibration', 'scores'] as const),
  ...(['predictedActual', 'residuals', 'scoreOverTime', 'importance', 'shap', 'splits', 'folds'] as const),
  ...(['tuningHistory', 'parallelCoordinates', 'ranking', 'trainingTime'] as const),
] as const;

/** Name of a plot, for `renderPlot`. */
export type PlotName = (typeof PLOT_NAMES)[number];

/** Widths plots are drawn for: a column, two of them, the page. Heights follow. */
export const NARROW = 340;
export const MEDIUM = 700;
export const WIDE = 1120;

export interface Figure {
  readonly name: PlotName;
  readonly title: string;
  /** What is seen, with its numbers: the text alternative. */
  readonly description: string;
  /** How to read it, what was left out. */
  readonly caption: string;
  /** Takes more than a column where there is room: two of them, or the whole width of the page. */
  readonly wide?: 'two' | 'full';
  readonly legend?: readonly LegendEntry[];
  /** The numbers, for those who do not see it. */
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  draw(canvas: Canvas, width: number): string;
}

export interface LegendEntry {
  readonly label: string;
  /** A CSS colour, of the theme. */
  readonly colour: string;
  /** 'dash' is a broken line. */
  readonly mark: 'line' | 'dash' | 'dot' | 'area';
  readonly opacity?: number;
}

/** Why there is no plot, in a sentence. */
export interface Missing {
  readonly missing: string;
}

export type FigureOrMissing = Figure | Missing;

export const isFigure = (part: FigureOrMissing): part is Figure => !('missing' in part);
