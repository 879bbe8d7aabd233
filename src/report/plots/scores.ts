/** How the scores of the classes lie: apart where the model can tell them apart. */
import type { Diagnostics } from '../diagnostics/diagnostics.js';
import { number, percent } from '../text/numbers.js';
import { across, grid, numeric, upward } from './axes.js';
import type { FigureOrMissing } from './figure.js';
import { series } from './theme.js';

export function scoresFigure(diagnostics: Diagnostics | undefined, why: string): FigureOrMissing {
  const scores = diagnostics?.scores;
  if (!scores) return { missing: `Distribution of scores: ${why}` };
  const { edges, counts, about } = scores;
  const groups = counts.map(({ label, rows }) => {
    const total = rows.reduce((a, b) => a + b, 0);
    return {
      label: about === 'positive' ? `class ${label}` : label === 1 ? 'right' : 'wrong',
      total,
      bins: rows.map((n, b) => ({ from: edges[b], to: edges[b + 1], share: total > 0 ? n / total : 0 })),
    };
  });
  const shown = groups.filter(({ total }) => total > 0);
  return {
    name: 'scores',
    title: 'Scores by class',
    description: `Distribution of ${about === 'positive' ? 'the predicted probability by true class' : 'the largest probability of rows predicted right and wrong'}: ${shown
      .map(({ label, total }) => `${label}, ${number(total)} rows`)
      .join('; ')}.`,
    caption: `Each group adds up to 100 %. The less they overlap, the better the model tells them apart.`,
    wide: 'two',
    legend: groups.flatMap(({ label, total }, k) =>
      total > 0
        ? [{ label: `${label} · ${number(total)} rows`, colour: series(1 - k), mark: 'area' as const, opacity: 0.45 }]
        : [],
    ),
    table: {
      head: ['Scores', ...groups.map(({ label }) => label)],
      rows: edges
        .slice(1)
        .map((to, b) => [
          `${number(edges[b], 3)} to ${number(to, 3)}`,
          ...groups.map(({ bins }) => percent(bins[b].share)),
        ]),
    },
    draw: (canvas, width) => {
      const { Plot } = canvas;
      return canvas.draw({
        ...numeric(width, Math.min(width, 300)),
        x: across(about === 'positive' ? 'Predicted probability' : 'Largest probability of a row', { ticks: 5 }),
        y: upward('Share of the group, %', { ticks: 5, percent: true }),
        marks: [
          ...grid(canvas, { y: 5 }),
          ...groups.flatMap(({ bins, total }, k) =>
            total === 0
              ? []
              : [
                  Plot.rectY(bins, {
                    x1: 'from',
                    x2: 'to',
                    y: 'share',
                    fill: series(1 - k),
                    fillOpacity: 0.45,
                    insetLeft: 0.5,
                    insetRight: 0.5,
                  }),
                ],
          ),
        ],
      });
    },
  };
}
