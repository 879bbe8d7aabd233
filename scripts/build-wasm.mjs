// Compiles the AssemblyScript kernels to src/kernels/kernels.wasm. Skipped where the hash written beside it says that it was made of
// these sources by this compiler with these options; --force compiles anyway.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'src/kernels/assembly');
const output = join(root, 'src/kernels/kernels.wasm');
const stamp = `${output}.sha256`;

const options = [
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
];

const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(part).update('\0'), createHash('sha256')).digest('hex');

/** Of everything that decides what the output is. */
function inputHash() {
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json');
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort();
  return sha256(version, ...options, ...files.flatMap((name) => [name, readFileSync(join(sources, name))]));
}

/** What the stamp should hold; undefined without an output. */
function stampOf(inputs) {
  try {
    return `${inputs} ${sha256(readFileSync(output))}\n`;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function stampThere() {
  try {
    return readFileSync(stamp, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const inputs = inputHash();
const fresh = stampOf(inputs);
if (fresh === undefined || fresh !== stampThere() || process.argv.includes('--force')) {
  const { default: asc } = await import('assemblyscript/asc');
  // Written beside and renamed: a process that loads the kernels meanwhile sees the old ones or the new ones.
  const temporary = `${output}.${process.pid}.tmp`;
  const { error, stderr } = await asc.main([join(sources, 'index.ts'), '--outFile', temporary, ...options]);
  if (error) {
    console.error(stderr.toString());
    console.error(error.message);
    process.exit(1);
  }
  renameSync(temporary, output);
  writeFileSync(stamp, stampOf(inputs));
}
