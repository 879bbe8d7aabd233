/** Markup, and text inside it. What comes from data or users is escaped by the template itself: nothing of it can become markup. */
import { printable } from '../text/numbers.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Finished markup; a type of its own, so that text cannot take its place by accident. */
export class Html {
  constructor(readonly markup: string) {}
}

export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[];

export const escapeText = (text: string): string => printable(text).replace(/[&<>"']/g, (c) => ENTITIES[c]);

/** A template of markup: its values are escaped unless they are markup, lists are joined, undefined and false are nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.reduce((text, part, i) => text + (i === 0 ? '' : rendered(values[i - 1])) + part, ''));
}

function rendered(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(rendered).join('');
  return escapeText(String(value));
}
