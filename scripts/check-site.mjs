// The documentation site as a reader without a network sees it: every link inside leads somewhere, and nothing is loaded from elsewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const site = fileURLToPath(new URL('../docs-site', import.meta.url));
const files = readdirSync(site, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'));
const read = (file) => readFileSync(join(site, file), 'utf8');
const pages = new Map(files.filter((file) => extname(file) === '.html').map((file) => [file, read(file)]));
const idsOf = new Map(
  [...pages].map(([file, html]) => [file, new Set([...html.matchAll(/ id="([^"]*)"/g)].map((m) => m[1]))]),
);
const problems = new Set();

for (const [file, html] of pages) {
  for (const [, name, value] of html.matchAll(/ (href|src|srcset|poster|action)="([^"]*)"/g)) {
    const address = value.replaceAll('&amp;', '&');
    if (/^(https?:)?\/\//.test(address)) {
      // A link that a reader follows is fine, a thing that the page loads is not.
      if (name !== 'href') problems.add(`${file} loads ${address}`);
    } else if (!/^(mailto|data|javascript):/.test(address)) check(file, address);
  }
  for (const [tag] of html.matchAll(/<link [^>]*href="(https?:)?\/\/[^>]*>/g)) problems.add(`${file} loads ${tag}`);
}
for (const file of files.filter((name) => extname(name) === '.css')) {
  for (const [text] of read(file).matchAll(/(@import|url\()\s*["']?(https?:)?\/\/[^)"']*/g))
    problems.add(`${file} loads ${text}`);
}

function check(file, address) {
  const [path, hash] = address.split('#');
  const target = path === '' ? file : normalize(join(dirname(file), decodeURI(path.split('?')[0])));
  if (target !== '.' && !existsSync(join(site, target))) problems.add(`${file}: the link ${address} leads nowhere`);
  else if (hash && idsOf.has(target) && !idsOf.get(target).has(decodeURIComponent(hash)))
    problems.add(`${file}: ${target} has no place called ${hash}`);
}

for (const problem of problems) console.error(problem);
if (problems.size > 0) throw new Error(`${problems.size} problems in docs-site`);
console.log(`docs-site: ${pages.size} pages, every link inside leads somewhere, nothing is loaded from elsewhere`);
