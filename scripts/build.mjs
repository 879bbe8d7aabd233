// The whole build: kernels, TypeScript, assets. Plain tsc output, so that what users debug is what we wrote.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const run = (script, ...args) => execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });

if (process.argv.includes('--clean')) rmSync(join(root, 'dist'), { recursive: true, force: true });
// Incremental state without its output would emit nothing.
if (!existsSync(join(root, 'dist'))) rmSync(join(root, 'node_modules/.cache/tsbuildinfo'), { force: true });
run(join(root, 'scripts/build-wasm.mjs'));
run(join(dirname(require.resolve('typescript/package.json')), 'bin/tsc'), '-p', 'tsconfig.build.json');
mkdirSync(join(root, 'dist/kernels'), { recursive: true });
copyFileSync(join(root, 'src/kernels/kernels.wasm'), join(root, 'dist/kernels/kernels.wasm'));
if (existsSync(join(root, 'dist/cli/main.js'))) chmodSync(join(root, 'dist/cli/main.js'), 0o755);
