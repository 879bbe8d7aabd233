/** Which rows were used for what: the splits in time, the folds, what was purged, and the ledger. */
import type { SplitSummary } from '../../data/split-facts.js';
import type { LedgerReport } from '../../splits/ledger-record.js';
import { type Html, html } from '../html/escape.js';
import type { Section } from '../html/page.js';
import { card, figures, table } from '../html/parts.js';
import { foldsFigure, splitsFigure } from '../plots/timeline.js';
import type { ReportData } from '../report-data.js';
import { count, date, number } from '../text/numbers.js';
import type { ReportContext } from './context.js';

/** Data that went through a file is believed only where it looks right. */
export function summaryOf({ data }: ReportData): Partial<SplitSummary> {
  const summary = data?.summary as Partial<SplitSummary> | undefined | null;
  return summary && typeof summary === 'object' ? summary : {};
}

export function droppedRows({ purged = [], embargoed = [] }: Partial<SplitSummary>): string[] {
  const line =
    (what: string) =>
    ({ from, because, rows }: { from: string; because: string; rows: number }) =>
      `${count(rows, 'row')} of ${from} ${what} because of ${because}`;
  return [
    ...purged.filter(({ rows }) => rows > 0).map(line('purged')),
    ...embargoed.filter(({ rows }) => rows > 0).map(line('embargoed')),
  ];
}

export function splitsSection({ canvas, data }: ReportContext): Section {
  const summary = summaryOf(data);
  const splits = summary.splits ?? [];
  const findings = data.leakage?.findings ?? [];
  const checked = data.leakage?.checked.length ?? 0;
  return {
    id: 'splits',
    title: 'Data and splits',
    lead: data.leakage
      ? `${count(checked, 'check')} for leakage between the splits: ${findings.length === 0 ? 'nothing found' : count(findings.length, 'finding')}.`
      : 'No leakage check is on record.',
    body: html`${
      splits.length > 0 &&
      card(
        table(
          'Splits',
          ['Split', 'Rows', 'From', 'To'],
          splits.map((split) => [split.role, number(split.rows), date(split.from), date(split.to)]),
          { quiet: true },
        ),
      )
    }<div class="gap"></div>
${figures(canvas, [splitsFigure(data.ledger?.splits ?? [], droppedRows(summary)), foldsFigure(data.crossValidation)])}`,
  };
}

export function ledgerSection({ data: { ledger } }: ReportContext): Section {
  const head = { id: 'ledger', title: 'Ledger' };
  if (!ledger)
    return {
      ...head,
      body: html`<p class="missing">No ledger is on record: nobody can say which rows were used for what.</p>`,
    };
  return {
    ...head,
    lead: `What rows were used for, in that order. Test rows were evaluated ${ledger.testEvaluations === 1 ? 'once' : `${number(ledger.testEvaluations)} times`}.`,
    body: html`${card(ledgerTable(ledger))}${refused(ledger)}`,
  };
}

const USES = 60;

function ledgerTable({ uses }: LedgerReport): Html {
  const shown = uses.slice(0, USES);
  const rows = shown.map((use) => [
    String(use.order),
    { text: use.use, tone: 'text' as const },
    { text: use.by, tone: 'text' as const },
    { text: use.role ?? 'no split', tone: 'text' as const },
    number(use.rows),
    `${number(use.firstRow)} – ${number(use.lastRow)}`,
    number(use.times),
    date(use.at),
  ]);
  return html`${table('Uses of rows', ['#', 'Use', 'By', 'Split', 'Rows', 'Row numbers', 'Times', 'First (UTC)'], rows, { quiet: true })}${
    uses.length > USES && html`<p class="small">${uses.length - USES} more uses are in report.json.</p>`
  }`;
}

function refused({ refused: list, holdoutUnlocks }: LedgerReport): Html {
  return html`<ul class="missing">${
    holdoutUnlocks.length === 0
      ? html`<li>The holdout is sealed.</li>`
      : holdoutUnlocks.map(({ reason, by, at }) => html`<li>Holdout opened ${date(at)} by ${by}: ${reason}</li>`)
  }${list.map(({ use, by, message }) => html`<li>Refused: ${use} by ${by}. ${message}</li>`)}</ul>`;
}
