// What `npm install holdfast` brings along: no package runs a script on install, each comes from the registry with a checksum, and each has a
// licence that asks for no more than its text being kept. Optional peers are looked at too, their exceptions named here with the reason.
// `--write` makes docs/licences.md; without it the page has to be what would be written.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LICENCES = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'Unlicense',
  'BlueOak-1.0.0',
]);
/** Of what users may add themselves: the package's name, what is different, why it is all right. */
const PEERS = {
  '@resvg/resvg-js': {
    licence: 'MPL-2.0',
    why: 'file-level copyleft: its own files stay under it, what uses them does not',
  },
  koffi: { script: 'looks whether its prebuilt library loads, builds it where there is none' },
  'onnxruntime-node': { script: 'fetches a CUDA provider on linux-x64; ONNXRUNTIME_NODE_INSTALL=skip leaves it out' },
};

const root = new URL('..', import.meta.url);
const read = (path) => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
const { packages } = read('package-lock.json');
const { dependencies, peerDependencies, peerDependenciesMeta } = read('package.json');
const problems = [];

/** Where Node finds `name` from `from`: the nearest node_modules upwards. */
function locate(name, from) {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    const path = `${base === '' ? '' : `${base}/`}node_modules/${name}`;
    if (packages[path]) return path;
    if (base === '' || !base.includes('node_modules/')) return undefined;
    if (!base.includes('/node_modules/')) base = '/node_modules/';
  }
}

/** Everything that an installation of `names` has, by its path in the lock file. */
function treeOf(names) {
  const found = new Map();
  const waiting = names.map((name) => [name, '', true]);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [name, from, needed] = next;
    const path = locate(name, from);
    if (path === undefined) {
      if (needed) problems.push(`${name}, a dependency of ${from || 'holdfast'}, is not in package-lock.json`);
      continue;
    }
    if (found.has(path)) continue;
    const entry = packages[path];
    found.set(path, { name: path.slice(path.lastIndexOf('node_modules/') + 13), ...entry });
    for (const dependency of Object.keys(entry.dependencies ?? {})) waiting.push([dependency, path, true]);
    for (const dependency of Object.keys(entry.optionalDependencies ?? {})) waiting.push([dependency, path, false]);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

const installed = treeOf(Object.keys(dependencies));
for (const entry of installed) {
  const what = `${entry.name} ${entry.version}`;
  if (entry.hasInstallScript) problems.push(`${what} runs a script on install`);
  if (!LICENCES.has(entry.license)) problems.push(`${what}: licence ${entry.license ?? 'unknown'}`);
  // Without an address it is the registry that npm is set to.
  if (!/^(https:\/\/registry\.npmjs\.org\/|$)/.test(entry.resolved ?? '') || entry.link)
    problems.push(`${what} does not come from the registry: ${entry.resolved}`);
  if (!entry.integrity?.startsWith('sha512-')) problems.push(`${what} has no checksum`);
}
const own = read('package.json').scripts;
for (const script of ['preinstall', 'install', 'postinstall', 'prepare'])
  if (own[script]) problems.push(`package.json has a script '${script}'`);
for (const name of Object.keys(peerDependencies)) {
  if (peerDependenciesMeta[name]?.optional !== true) problems.push(`the peer ${name} is not optional`);
  const entry = packages[`node_modules/${name}`];
  const known = PEERS[name] ?? {};
  if (!LICENCES.has(entry.license) && entry.license !== known.licence)
    problems.push(`peer ${name}: licence ${entry.license ?? 'unknown'}`);
  if (entry.hasInstallScript && !known.script) problems.push(`peer ${name} runs a script on install`);
}

const page = `# Licences

Everything that \`npm install holdfast\` puts on a disk: ${installed.length} packages besides holdfast (MIT). None runs a script on install, each comes from the registry with a checksum, and
no licence asks for more than that its text is kept. Made from \`package-lock.json\` by \`node scripts/check-dependencies.mjs --write\`; \`npm run check:package\` fails on a script, on any other
licence, and on a page that is not up to date.

| package | version | licence |
| --- | --- | --- |
${installed.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`).join('\n')}

## Optional peers

Installed only by whoever wants what they do ([dependencies](dependencies.md)).

| package | version here | licence | on install |
| --- | --- | --- | --- |
${Object.keys(peerDependencies)
  .map((name) => {
    const { version, license } = packages[`node_modules/${name}`];
    const { why, script } = PEERS[name] ?? {};
    return `| ${name} | ${version} | ${license}${why ? ` (${why})` : ''} | ${script ?? 'nothing'} |`;
  })
  .join('\n')}
`;
const file = fileURLToPath(new URL('docs/licences.md', root));
if (process.argv.includes('--write')) writeFileSync(file, page);
else if (readFileSync(file, 'utf8') !== page)
  problems.push('docs/licences.md is not up to date: node scripts/check-dependencies.mjs --write');

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`dependencies: ${installed.length} packages, no install script, licences known`);
