/** A whole document: nothing in it asks for anything outside itself, and its policy forbids that anything could. */
import { createHash } from 'node:crypto';
import { Html, html } from './escape.js';
import { STYLE } from './style.js';

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly lead?: string;
  readonly body: Html;
}

export interface Page {
  readonly title: string;
  readonly about: readonly string[];
  readonly sections: readonly Section[];
  readonly footer: string;
}

const styleHash = createHash('sha256').update(STYLE).digest('base64');

/** Only this style sheet, by its hash; no script, no image, no font, no form, no request. */
const POLICY = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

export function page({ title, about, sections, footer }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header><h1>${title}</h1>${about.map((line) => html`<p class="about">${line}</p>`)}</header>
<nav aria-label="Sections"><ul>${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main id="main">
${sections.map(section)}
</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`.markup;
}

const section = ({ id, title, lead, body }: Section): Html =>
  html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${lead !== undefined && html`<p class="lead">${lead}</p>`}
${body}
</section>
`;
