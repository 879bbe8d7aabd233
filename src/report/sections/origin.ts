/** What made the model: configuration, seed, data and versions, so that it can be made again. */
import { html } from '../html/escape.js';
import type { Section } from '../html/page.js';
import { card, table } from '../html/parts.js';
import { date, number, shortened } from '../text/numbers.js';
import type { ReportContext } from './context.js';
import { summaryOf } from './splits.js';

export function gateSection({ data: { gate } }: ReportContext): Section | undefined {
  if (!gate) return undefined;
  return {
    id: 'gate',
    title: 'Gate',
    lead: gate.passed ? 'Every requirement is met.' : 'The model must not be deployed: requirements are not met.',
    body: card(
      table(
        'Requirements',
        ['Requirement', 'Split', 'Wanted', 'Is', 'Outcome'],
        gate.checks.map((check) => [
          { text: check.text },
          { text: check.split, tone: 'text' as const },
          `${check.comparison === 'atLeast' ? 'at least' : 'at most'} ${number(check.limit)}`,
          number(check.actual),
          { text: check.passed ? 'met' : 'not met', tone: check.passed ? ('good' as const) : ('bad' as const) },
        ]),
        { quiet: true },
      ),
    ),
  };
}

const VALUES = 400;

export function configurationSection({ data: { model } }: ReportContext): Section {
  const head = { id: 'configuration', title: 'Configuration' };
  if (!model) return { ...head, body: html`<p class="missing">The configuration is not on record.</p>` };
  const entries = Object.entries(model.config).filter(([, value]) => value !== undefined);
  return {
    ...head,
    lead: `${model.name}, family ${model.family}, ${model.task}${model.variant === undefined ? '' : `, variant ${model.variant}`}; defaults included.`,
    body: card(
      html`<details><summary>${entries.length} hyperparameters</summary>${table(
        'Hyperparameters',
        ['Name', 'Value'],
        entries.map(([name, value]) => [
          name,
          {
            text: shortened(typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)), VALUES),
            tone: 'text' as const,
          },
        ]),
        { quiet: true },
      )}</details>`,
    ),
  };
}

export function lineageSection({ data }: ReportContext): Section {
  const { environment, seed, lineage = {}, runId, createdAt } = data;
  const summary = summaryOf(data);
  const facts: [string, string | undefined][] = [
    ['Run', runId],
    ['Made (UTC)', createdAt && date(createdAt)],
    ['Seed', seed === undefined ? undefined : String(seed)],
    ['Symbol', data.data?.symbol],
    ['Horizon', data.data?.horizon === undefined ? undefined : number(data.data.horizon)],
    ['Rows a window', data.data?.sequenceLength === undefined ? undefined : number(data.data.sequenceLength)],
    ['Features', data.data ? number(data.data.featureNames.length) : undefined],
    ['Label ends', summary.labelEnds],
    ['holdfast', environment?.holdfast],
    ['Node', environment?.node],
    ['Platform', environment?.platform],
    ['Threads', environment && String(environment.threads)],
    ...Object.entries(lineage).map(([name, value]): [string, string] => [name, String(value)]),
  ];
  const known = facts.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, { text: shortened(value, VALUES), tone: 'text' as const }]],
  );
  return {
    id: 'lineage',
    title: 'Lineage',
    lead: 'The same data, configuration and seed give the same model, byte for byte, on any number of threads.',
    body:
      known.length === 0
        ? html`<p class="missing">Nothing is on record.</p>`
        : card(table('Lineage', ['What', 'Value'], known, { quiet: true })),
  };
}
