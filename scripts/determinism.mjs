// `npm run determinism`: the same data, settings and seed give the same model bytes and predictions on Node 20, 22 and 24 and on 1, 2 and 4
// threads, and they are the bytes whose SHA-256 docs/determinism.md holds. A changed hash is a failure until `--write` says that it is meant.
//
//   --short           what CI runs: Node 20 with every number of threads, the other Nodes with one each
//   --cases a,b       some of the families
//   --arch aarch64    one Node of another processor under qemu-user, with 2 threads (scripts/determinism/aarch64.mjs)
//   --write           writes what was found into docs/determinism.md
import { parseArgs } from 'node:util';
import { emulated } from './determinism/aarch64.mjs';
import { NODES, nodeBinary } from './determinism/nodes.mjs';
import { readPage, writePage } from './determinism/page.mjs';
import { hashesOf } from './determinism/processes.mjs';

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    cases: { type: 'string' },
    arch: { type: 'string', default: 'x64' },
  },
});
if (!['x64', 'aarch64'].includes(options.arch)) {
  console.error(`--arch ${options.arch}: x64 or aarch64`);
  process.exit(2);
}
const foreign = options.arch === 'aarch64';
const runs = foreign
  ? [{ command: emulated(), threads: '2', emulated: true }]
  : NODES.map(({ version, thread }) => ({
      command: [nodeBinary(version)],
      threads: options.short && thread ? thread : '1,2,4',
    }));

const found = await hashesOf(runs, options.cases?.split(','));
const page = readPage();
const problems = [];
const agreed = new Map();
for (const [name, { family, seen }] of found) {
  const hashes = new Set(seen.map(({ hash }) => hash));
  if (hashes.size === 1) agreed.set(name, { family, hash: seen[0].hash });
  else problems.push(`${name} differs:\n${seen.map(({ where, hash }) => `    ${hash}  ${where}`).join('\n')}`);
}
// Networks are trained by onnxruntime, whose sums depend on the instructions that a processor has.
const processor = foreign ? '' : found.processor;
for (const [name, { family, hash }] of agreed) {
  const kept = page.hashes.get(name);
  const comparable = family !== 'neural' || processor === page.processor;
  if (comparable && kept !== hash && !(options.write && !foreign))
    problems.push(`${name}: ${hash}, docs/determinism.md has ${kept ?? 'no such row'}`);
}
if (!foreign && options.cases === undefined)
  for (const name of page.hashes.keys())
    if (!found.has(name)) if (!options.write) problems.push(`${name}: in docs/determinism.md, not among the families`);

for (const run of found.runs) console.log(run);
if (options.write && (foreign || problems.length === 0))
  writePage(page, agreed, { foreign, found, all: options.cases === undefined });
if (found.fell.length > 0) console.log(`the emulator fell each time: ${found.fell.join(', ')}`);
if (problems.length > 0) {
  console.error(
    `\n${problems.join('\n')}\n\nA change that is meant: npm run determinism -- --write, and a line in CHANGELOG.md.`,
  );
  process.exit(1);
}
console.log(`the same model bytes and predictions: ${agreed.size} models${foreign ? ' on aarch64 as on x64' : ''}`);
