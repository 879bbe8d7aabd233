// Compiles the AssemblyScript kernels to src/kernels/kernels.wasm; skipped when the output is newer than every source.
import { readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'src/kernels/assembly');
const output = join(root, 'src/kernels/kernels.wasm');

const modified = (file) => {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return 0;
  }
};
const newest = Math.max(
  ...readdirSync(sources).map((name) => modified(join(sources, name))),
  modified(fileURLToPath(import.meta.url)),
);

if (modified(output) <= newest || process.argv.includes('--force')) {
  const { default: asc } = await import('assemblyscript/asc');
  // Written beside and renamed: a process that loads the kernels meanwhile sees the old ones or the new ones.
  const temporary = `${output}.${process.pid}.tmp`;
  const { error, stderr } = await asc.main([
    join(sources, 'index.ts'),
    '--outFile',
    temporary,
    '-O3',
    '--converge',
    '--noAssert',
    '--runtime',
    'stub',
    '--enable',
    'simd',
    '--enable',
    'threads',
    '--importMemory',
    '--sharedMemory',
    // The first kilobyte holds the pool's barrier; 65,536 pages are the 4 GiB a 32-bit memory can hold.
    '--initialMemory',
    '1',
    '--maximumMemory',
    '65536',
    '--memoryBase',
    '1024',
  ]);
  if (error) {
    console.error(stderr.toString());
    console.error(error.message);
    process.exit(1);
  }
  renameSync(temporary, output);
}
