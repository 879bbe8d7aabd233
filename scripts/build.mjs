// The whole build: kernels (asc), declarations (tsc), JavaScript (esbuild). The JavaScript is bundled into few files, because Node spends
// most of a cold start opening modules; it is not minified, so that what users debug is readable. Packages stay external.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const types = join(root, 'node_modules/.cache/tsbuildinfo');
const require = createRequire(import.meta.url);
const run = (script, ...args) => execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });

// Public entry points, and the modules that workers start from: those are found by their name.
const modules = readdirSync(join(root, 'src'), { recursive: true }).filter((file) => file.endsWith('.ts'));
const entries = modules.filter(
  (file) => /(^|\/)(index|job|[a-z-]+-job|worker|main)\.ts$/.test(file) && !/^kernels\/(assembly\/|job\.ts)/.test(file),
);

run(join(root, 'scripts/build-wasm.mjs'));
// Incremental state without its output would emit nothing.
if (!existsSync(join(dist, 'index.d.ts'))) rmSync(types, { force: true });
run(join(dirname(require.resolve('typescript/package.json')), 'bin/tsc'), '-p', 'tsconfig.build.json');
for (const file of existsSync(dist) ? readdirSync(dist, { recursive: true }) : []) {
  if (file.endsWith('.js')) rmSync(join(dist, file));
}
await build({
  absWorkingDir: root,
  entryPoints: entries.map((file) => join('src', file)),
  outdir: 'dist',
  outbase: 'src',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
// Zod's own entry point takes 100 ms to load, for its fifty languages; what our schemas use of it takes 10.
const zod = await import('zod');
const named = modules.flatMap((file) =>
  [...readFileSync(join(root, 'src', file), 'utf8').matchAll(/\bz\s*\.\s*(\w+)/g)].map((match) => match[1]),
);
const used = [...new Set(named)].filter((name) => name in zod).sort();
await build({
  stdin: {
    contents: `import { config } from 'zod/v4/core';
import en from 'zod/v4/locales/en.js';
config(en());
export { ${used.join(', ')} } from 'zod';`,
    resolveDir: root,
  },
  outfile: join(dist, 'core/zod.cjs'),
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  banner: {
    js: `/*! The used part of zod (https://zod.dev).\n${readFileSync(join(root, 'node_modules/zod/LICENSE'), 'utf8')}*/`,
  },
  logLevel: 'warning',
});
// What every first look into the registry needs, without a parser; the text says whether it still is what the file holds.
const { parse } = await import('yaml');
const source = readFileSync(join(root, 'config/families.yaml'), 'utf8');
mkdirSync(join(dist, 'model'), { recursive: true });
writeFileSync(join(dist, 'model/families.json'), JSON.stringify({ source, content: parse(source) }));
mkdirSync(join(dist, 'kernels'), { recursive: true });
copyFileSync(join(root, 'src/kernels/kernels.wasm'), join(dist, 'kernels/kernels.wasm'));
chmodSync(join(dist, 'cli/main.js'), 0o755);
