// docs/determinism.md: reads the hashes out of its table and writes them back, the text around it left as it is.
import { readFileSync, writeFileSync } from 'node:fs';
import { FAMILIES } from './families.mjs';

const file = new URL('../../docs/determinism.md', import.meta.url);
const START = '<!-- hashes: written by the command -->';
const END = '<!-- end of hashes -->';
const ROW = /^\| ([^|]+) \| `([0-9a-f]{64})` \| ([^|]*) \|$/gm;

/** `hashes`: name -> SHA-256, `foreign`: name -> the cell of aarch64, `processor`: what the networks were trained on. */
export function readPage() {
  const text = readFileSync(file, 'utf8');
  const hashes = new Map();
  const foreign = new Map();
  for (const [, name, hash, cell] of text.matchAll(ROW)) {
    hashes.set(name, hash);
    foreign.set(name, cell);
  }
  return {
    text,
    hashes,
    foreign,
    made: /^- x64: .*$/m.exec(text)?.[0],
    emulated: /^- aarch64: .*$/m.exec(text)?.[0],
    processor: /^- networks: (.*)$/m.exec(text)?.[1],
  };
}

export function writePage(page, agreed, { foreign, found, all }) {
  const hashes = new Map(page.hashes);
  const cells = new Map(page.foreign);
  for (const [name, { hash }] of agreed) {
    if (foreign) cells.set(name, hashes.get(name) === hash ? 'equal' : `\`${hash.slice(0, 12)}…\``);
    else {
      // A new hash has not been seen on the other processor.
      if (hashes.get(name) !== hash) cells.set(name, 'not run');
      hashes.set(name, hash);
    }
  }
  const lines = found.runs.map((line) => line.replace(/ on \w+/, '')).join('; ');
  const made = foreign || !all ? page.made : `- x64: ${lines}`;
  const emulated = foreign ? `- aarch64: ${lines}, under qemu-user` : page.emulated;
  const networks = foreign || !all ? page.processor : found.processor;
  const rows = FAMILIES.map(([name]) => name)
    .filter((name) => hashes.has(name))
    .map((name) => `| ${name} | \`${hashes.get(name)}\` | ${cells.get(name) ?? 'not run'} |`);
  const table = ['| model | SHA-256 | aarch64 |', '| --- | --- | --- |', ...rows].join('\n');
  const notes = [made, emulated, networks && `- networks: ${networks}`].filter(Boolean).join('\n');
  const [before, after] = [page.text.split(START)[0], page.text.split(END)[1]];
  writeFileSync(file, `${before}${START}\n\n${notes}\n\n${table}\n\n${END}${after}`);
}
