// What `npm publish` would ship: only files of known kinds, none that knows the machine it was made on, within a size budget; linted (publint),
// its types resolved as a user's compiler does (attw); and what it depends on (check-dependencies.mjs).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Three boosting libraries, forests, linear models and support vector machines take two thirds of it; neural models are many small files of types. Validation, ensembles
// and tuning with its storages are a quarter of a MiB, explanations, tracking, the run repository and the model store another one.
const BUDGET = { packedKiB: 1400, unpackedKiB: 5000, files: 1450 };

/** Kinds of files, and the largest (KiB) that any of them may be: the bundled part of zod has 205. */
const CONTENTS = [
  /^dist\/[\w./-]+\.(js|d\.ts)$/,
  /^dist\/core\/zod\.cjs$/,
  /^dist\/kernels\/kernels\.wasm$/,
  /^dist\/model\/families\.json$/,
  /^config\/(models\/)?\w+\.yaml$/,
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
];
const MOST_KIB = 256;

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const directory = mkdtempSync(join(tmpdir(), 'holdfast-pack-'));
try {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], {
      cwd: root,
      encoding: 'utf8',
    }),
  );
  const measured = { packedKiB: packed.size / 1024, unpackedKiB: packed.unpackedSize / 1024, files: packed.entryCount };
  for (const [name, limit] of Object.entries(BUDGET)) {
    console.log(`package ${name}: ${Math.round(measured[name])} of ${limit}`);
    if (measured[name] > limit)
      throw new Error(`the package is over its budget: ${name} ${Math.round(measured[name])} > ${limit}`);
  }
  for (const { path, size } of packed.files) {
    if (!CONTENTS.some((kind) => kind.test(path)))
      throw new Error(`a file that does not belong into the package: ${path}`);
    if (size > MOST_KIB * 1024) throw new Error(`${path} has ${Math.round(size / 1024)} KiB, more than ${MOST_KIB}`);
    if (readFileSync(join(root, path)).includes(root)) throw new Error(`${path} holds the path of this checkout`);
  }
  for (const needed of [
    'dist/index.js',
    'dist/index.d.ts',
    'dist/cli/main.js',
    'dist/kernels/kernels.wasm',
    'dist/model/families.json',
    'config/training.yaml',
  ]) {
    if (!packed.files.some(({ path }) => path === needed)) throw new Error(`${needed} is missing from the package`);
  }
  const tarball = join(directory, packed.filename);
  const run = (script, ...args) => execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
  run(join(root, 'scripts/check-dependencies.mjs'));
  const { publint } = await import('publint');
  const { messages } = await publint({ pkgDir: root, strict: true });
  const { formatMessage } = await import('publint/utils');
  const pkg = require('../package.json');
  for (const message of messages) console.error(`publint: ${formatMessage(message, pkg)}`);
  if (messages.length > 0) throw new Error('publint has complaints');
  console.log('publint: clean');
  run(
    join(dirname(require.resolve('@arethetypeswrong/cli/package.json')), 'dist/index.js'),
    tarball,
    '--profile',
    'esm-only',
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}
