/** Confusion matrix: true classes down, predicted classes across, each cell with its rows and its share of the true class. */
import { number, percent } from '../text/numbers.js';
import { across, upward } from './axes.js';
import type { Canvas } from './canvas.js';
import type { FigureOrMissing } from './figure.js';
import { colour } from './theme.js';

/** Classes a matrix can show with readable numbers. */
const CLASSES = 10;

export interface Confusion {
  readonly classes: readonly number[];
  readonly matrix: readonly (readonly number[])[];
}

interface Cell {
  readonly truth: string;
  readonly predicted: string;
  readonly rows: number;
  readonly share: number;
  readonly right: boolean;
}

export function confusionFigure(confusion: Confusion | undefined, why: string, weighted = false): FigureOrMissing {
  if (!confusion || confusion.classes.length === 0) return { missing: `Confusion matrix: ${why}` };
  const { names, matrix, folded } = foldedMatrix(confusion);
  const cells = names.flatMap((truth, i) => {
    const total = matrix[i].reduce((a, b) => a + b, 0);
    return names.map(
      (predicted, j): Cell => ({
        ...{ truth, predicted, right: i === j && !(folded > 0 && i === names.length - 1) },
        rows: matrix[i][j],
        share: total > 0 ? matrix[i][j] / total : 0,
      }),
    );
  });
  const right = cells.filter((cell) => cell.right);
  return {
    name: 'confusionMatrix',
    title: 'Confusion matrix',
    description: `Confusion matrix of ${confusion.classes.length} classes. ${right
      .slice(0, 6)
      .map(({ truth, share }) => `${percent(share, 0)} of class ${truth} are predicted as such`)
      .join('; ')}.`,
    caption: `${weighted ? 'Weight of the rows' : 'Rows'}, and their share of the true class: a row of the matrix adds up to 100 %.${
      folded > 0
        ? ` The ${CLASSES - 1} classes with the most rows are shown, ${folded} others are put together as +${folded}.`
        : ''
    }`,
    table: {
      head: ['True class', ...names.map((name) => `predicted ${name}`)],
      rows: names.map((name, i) => [name, ...matrix[i].map((rows) => number(rows))]),
    },
    draw: (canvas, width) => draw(canvas, width, names, cells),
  };
}

/** Beyond `CLASSES`, those with the fewest rows are one. */
function foldedMatrix({ classes, matrix }: Confusion): { names: string[]; matrix: number[][]; folded: number } {
  if (classes.length <= CLASSES)
    return { names: classes.map(String), matrix: matrix.map((row) => [...row]), folded: 0 };
  const totals = matrix.map((row) => row.reduce((a, b) => a + b, 0));
  const kept = classes
    .map((_, k) => k)
    .sort((a, b) => totals[b] - totals[a] || a - b)
    .slice(0, CLASSES - 1)
    .sort((a, b) => a - b);
  const place = classes.map((_, k) => (kept.includes(k) ? kept.indexOf(k) : CLASSES - 1));
  const folded = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
  for (const [i, row] of matrix.entries()) for (const [j, rows] of row.entries()) folded[place[i]][place[j]] += rows;
  return {
    names: [...kept.map((k) => String(classes[k])), `+${classes.length - kept.length}`],
    matrix: folded,
    folded: classes.length - kept.length,
  };
}

function draw(canvas: Canvas, width: number, names: readonly string[], cells: readonly Cell[]): string {
  const { Plot } = canvas;
  const many = names.length > 4;
  const height = Math.min(width, 320);
  const text = (cell: Cell): string =>
    many ? percent(cell.share, 0).replace(' ', '') : `${short(cell.rows)}\n${percent(cell.share, 0)}`;
  // Long labels of many classes stand slanted, or they would lie on each other.
  const slanted = many && Math.max(...names.map((name) => name.length)) > 4;
  return canvas.draw({
    ...{ width, height, marginTop: 28, marginRight: 8, marginBottom: slanted ? 62 : 42, marginLeft: 56 },
    x: across('Predicted class', {
      domain: names,
      padding: 0.04,
      ...(slanted && { tickRotate: -35, labelOffset: 58 }),
    }),
    y: upward('True class', { domain: names, padding: 0.04 }),
    marks: [
      Plot.cell(cells, {
        ...{ x: 'predicted', y: 'truth', rx: 3 },
        fill: (cell: Cell) => colour(cell.right ? 's1' : 's2'),
        fillOpacity: (cell: Cell) => 0.05 + 0.4 * cell.share,
      }),
      Plot.text(
        cells.filter(({ rows }) => rows > 0 || !many),
        {
          ...{ x: 'predicted', y: 'truth', text, fill: colour('ink'), lineHeight: 1.25 },
          fontSize: many ? 10 : 13,
        },
      ),
    ],
  });
}

const short = (rows: number): string => (Math.abs(rows) >= 1e5 ? `${number(rows / 1000, 3)}k` : number(rows, 4));
