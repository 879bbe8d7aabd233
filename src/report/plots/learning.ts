/** Learning curves: the loss on train and validation rows over the epochs (boosting: iterations), and the epoch that prediction uses. */
import type { TrainingMetrics } from '../../model/types.js';
import { simplify } from '../diagnostics/simplify.js';
import { number } from '../text/numbers.js';
import { across, grid, numeric, upward } from './axes.js';
import type { FigureOrMissing } from './figure.js';
import { colour } from './theme.js';
import { tick } from './values.js';

export function learningFigure(training: TrainingMetrics | undefined, task: string | undefined): FigureOrMissing {
  if (!training) return { missing: 'Learning curves: there is no record of the training.' };
  const history = training.history ?? [];
  const epochs = history.map(({ epoch }) => epoch);
  const train = simplify(
    epochs,
    history.map(({ trainLoss }) => trainLoss ?? Number.NaN),
  );
  const validation = simplify(
    epochs,
    history.map(({ valLoss }) => valLoss ?? Number.NaN),
  );
  if (train.length + validation.length < 2)
    return { missing: 'Learning curves: the model does not learn in epochs, or kept no record of them.' };
  const { bestEpoch, totalEpochs, earlyStopped } = training;
  const last = history[history.length - 1];
  const stop = earlyStopped
    ? `Training stopped early after ${number(totalEpochs)}.`
    : `Training went through all ${number(totalEpochs)}.`;
  const unit = task === 'regression' ? 'Mean squared error' : 'Log-loss';
  const shown = validation.some(([epoch]) => epoch === bestEpoch) || train.length > 0;
  return {
    name: 'learningCurves',
    title: 'Learning curves',
    description: `${unit} over ${number(history.length)} epochs; at the end ${number(last.trainLoss)} on train${
      validation.length > 0 ? ` and ${number(last.valLoss)} on validation rows` : ''
    }. Epoch ${bestEpoch} is used.`,
    caption: `${stop} The model uses ${bestEpoch}${validation.length > 0 ? '' : '; there were no validation rows to watch'}.`,
    legend: [
      ...(train.length > 0 ? [{ label: 'train', colour: colour('s6'), mark: 'line' as const }] : []),
      ...(validation.length > 0 ? [{ label: 'validation', colour: colour('s1'), mark: 'line' as const }] : []),
      { label: `used: ${bestEpoch}`, colour: colour('s2'), mark: 'dash' as const },
    ],
    table: {
      head: ['Epoch', 'Train', 'Validation'],
      rows: sampled(history, 12).map((h) => [String(h.epoch), number(h.trainLoss), number(h.valLoss)]),
    },
    draw: (canvas, width) =>
      canvas.draw({
        ...numeric(width, Math.min(width, 300)),
        marginLeft: 56,
        x: across('Epoch', { ticks: 5, tickFormat: (v: number) => (Number.isInteger(v) ? tick(v) : '') }),
        y: upward(unit, { ticks: 5, tickFormat: tick }),
        marks: [
          ...grid(canvas, { y: 5 }),
          canvas.Plot.ruleX(shown ? [bestEpoch] : [], {
            stroke: colour('s2'),
            strokeDasharray: '4,4',
            strokeWidth: 1.5,
          }),
          canvas.Plot.line(train, { stroke: colour('s6'), strokeWidth: 2 }),
          canvas.Plot.line(validation, { stroke: colour('s1'), strokeWidth: 2 }),
        ],
      }),
  };
}

const sampled = <T>(list: readonly T[], most: number): T[] =>
  list.length <= most
    ? [...list]
    : Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]);
