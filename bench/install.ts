/**
 * What an installation costs beside the Python libraries': bytes to download, bytes and packages on disk, seconds of the package manager with everything
 * in its cache, and the time until an import is done, over the bare start of Node or Python. Each peer is installed by itself, with what it needs.
 */
import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { python } from '../test/interop/python.js';
import type { BenchmarkOptions, BenchmarkReport } from './benchmark.js';
import { busyShare, describeMachine } from './machine.js';

interface Row {
  readonly name: string;
  readonly downloadMiB: number;
  readonly installedMiB: number;
  readonly packages: number;
  /** Median over `pairs`. */
  readonly installSeconds: number;
  /** By what is imported: milliseconds over the bare start, medians. */
  readonly imports: Readonly<Record<string, number>>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const pins = join(root, 'test/interop/requirements.txt');
const PEERS: Record<string, { readonly packages: readonly string[]; readonly imports: readonly string[] }> = {
  lightgbm: { packages: ['lightgbm'], imports: ['lightgbm'] },
  'xgboost-cpu': { packages: ['xgboost-cpu'], imports: ['xgboost'] },
  catboost: { packages: ['catboost'], imports: ['catboost'] },
  'scikit-learn': { packages: ['scikit-learn'], imports: ['sklearn.ensemble', 'sklearn.linear_model'] },
  'all four': { packages: ['lightgbm', 'xgboost-cpu', 'catboost', 'scikit-learn'], imports: [] },
};
const OURS = ['holdfast', 'holdfast/boosting', 'holdfast/classical', 'holdfast/validation'];
const QUIET: ExecFileSyncOptionsWithStringEncoding = {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'pipe'],
  maxBuffer: 2 ** 26,
};

export async function run({ pairs, quick, cases, log }: BenchmarkOptions): Promise<BenchmarkReport> {
  const busyAtStart = busyShare();
  const work = mkdtempSync(join(tmpdir(), 'holdfast-install-'));
  const peers = quick ? ['lightgbm'] : Object.keys(PEERS).filter((name) => cases?.includes(name) ?? true);
  try {
    const rows = [ours(work, pairs)];
    log(describe(rows[0]));
    for (const name of peers) {
      const row = peer(name, work, pairs);
      rows.push(row);
      log(describe(row));
    }
    const machine = describeMachine();
    const versions = {
      node: process.versions.node,
      npm: execFileSync('npm', ['--version'], QUIET).trim(),
      python: execFileSync(python(), ['--version'], QUIET).trim().slice(7),
    };
    return {
      result: { machine, versions, pairs, busyAtStart, rows },
      markdown: markdownOf(rows, { machine, versions, pairs, busyAtStart }),
      partial: cases !== undefined,
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function ours(work: string, repeats: number): Row {
  const npm = (args: string[], cwd: string) =>
    execFileSync('npm', [...args, '--cache', join(work, 'npm-cache'), '--no-audit', '--no-fund'], { ...QUIET, cwd });
  const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', work], root)) as {
    filename: string;
    size: number;
  }[];
  const install = (name: string, offline: boolean): { directory: string; seconds: number } => {
    const directory = join(work, name);
    mkdirSync(directory);
    writeFileSync(join(directory, 'package.json'), '{ "private": true, "type": "module" }\n');
    const start = performance.now();
    npm(['install', join(work, packed.filename), ...(offline ? ['--offline'] : [])], directory);
    return { directory, seconds: (performance.now() - start) / 1000 };
  };
  const first = install('ours', false);
  const lock = JSON.parse(readFileSync(join(first.directory, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, unknown>;
  };
  // The lock file also has what other systems would install.
  const packages = Object.keys(lock.packages).filter((path) => path !== '' && existsSync(join(first.directory, path)));
  const seconds = Array.from({ length: repeats }, (_, i) => install(`ours-${i}`, true).seconds);
  const bare = medianTime(repeats, process.execPath, ['--input-type=module', '-e', '0'], first.directory);
  return {
    name: 'holdfast',
    downloadMiB: (packed.size + bytesInCache(join(work, 'npm-cache'), packed.size)) / 2 ** 20,
    installedMiB: bytesIn(join(first.directory, 'node_modules')) / 2 ** 20,
    packages: packages.length,
    installSeconds: median(seconds),
    imports: Object.fromEntries(
      OURS.map((name) => [
        name,
        medianTime(
          repeats,
          process.execPath,
          ['--input-type=module', '-e', `await import('${name}')`],
          first.directory,
        ) - bare,
      ]),
    ),
  };
}

/** The tarballs in npm's cache; that of the checkout, if it is there too, is counted by itself. */
function bytesInCache(cache: string, own: number): number {
  const content = join(cache, '_cacache/content-v2/sha512');
  const sizes = filesIn(content)
    // Descriptions of packages are JSON, tarballs are gzip.
    .filter((file) =>
      readFileSync(file)
        .subarray(0, 2)
        .equals(Buffer.from([0x1f, 0x8b])),
    )
    .map((file) => lstatSync(file).size);
  const total = sizes.reduce((a, b) => a + b, 0);
  return sizes.includes(own) ? total - own : total;
}

function peer(name: string, work: string, repeats: number): Row {
  const { packages, imports } = PEERS[name];
  const wheels = join(work, `${name}-wheels`);
  const pip = (...args: string[]) =>
    execFileSync(python(), ['-m', 'pip', '--disable-pip-version-check', '-q', ...args], { ...QUIET, cwd: work });
  pip('download', '--only-binary=:all:', '-c', pins, '-d', wheels, ...packages);
  const place = join(work, `${name}-packages`);
  const seconds = Array.from({ length: repeats }, () => {
    if (existsSync(place)) rmSync(place, { recursive: true });
    const start = performance.now();
    pip('install', '--no-index', '--find-links', wheels, '-c', pins, '--target', place, ...packages);
    return (performance.now() - start) / 1000;
  });
  const env = { ...process.env, PYTHONPATH: place, PYTHONNOUSERSITE: '1' };
  const bare = medianTime(repeats, python(), ['-c', '0'], work, env);
  return {
    name,
    downloadMiB: bytesIn(wheels) / 2 ** 20,
    installedMiB: bytesIn(place) / 2 ** 20,
    packages: readdirSync(wheels).length,
    installSeconds: median(seconds),
    imports: Object.fromEntries(
      imports.map((module) => [module, medianTime(repeats, python(), ['-c', `import ${module}`], work, env) - bare]),
    ),
  };
}

/** Milliseconds of a whole process, the median; one before that is not counted fills the system's cache of files. */
function medianTime(repeats: number, program: string, args: string[], cwd: string, env = process.env): number {
  const once = () => {
    const start = performance.now();
    execFileSync(program, args, { ...QUIET, cwd, env });
    return performance.now() - start;
  };
  once();
  return median(Array.from({ length: repeats }, once));
}

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(directory, entry.name)) : [join(directory, entry.name)],
  );
const bytesIn = (directory: string): number => filesIn(directory).reduce((sum, file) => sum + lstatSync(file).size, 0);

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const importsText = ({ imports }: Row): string =>
  Object.entries(imports)
    .map(([name, ms]) => `${name} ${Math.round(ms)}`)
    .join(', ');
const describe = (row: Row): string =>
  `${row.name}: ${row.downloadMiB.toFixed(1)} MiB to download, ${row.installedMiB.toFixed(1)} MiB on disk, ${row.installSeconds.toFixed(1)} s, ${importsText(row)}`;

function markdownOf(
  rows: readonly Row[],
  {
    machine,
    versions,
    pairs,
    busyAtStart,
  }: {
    machine: ReturnType<typeof describeMachine>;
    versions: Record<string, string>;
    pairs: number;
    busyAtStart: number;
  },
): string {
  const table = rows.map(
    (row) =>
      `| ${row.name} | ${row.downloadMiB.toFixed(1)} | ${row.installedMiB.toFixed(1)} | ${row.packages} | ${row.installSeconds.toFixed(1)} | ${importsText(row)} |`,
  );
  return `Each installed by itself with what it needs, \`npm install\` of the packed checkout and \`pip install --target\` of wheels of the versions that the tests are pinned to. Seconds are the package manager's, with everything
in its cache; import times are of fresh processes over the bare start of Node and of Python, medians of ${pairs} each. Sizes are of files, without the runtime; pip's include the bytecode that it compiles.

| package | download, MiB | on disk, MiB | packages | install, s | import, ms |
| --- | --- | --- | --- | --- | --- |
${table.join('\n')}

${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}. Busy at the start: ${Math.round(100 * busyAtStart)}% of the cores.`;
}
