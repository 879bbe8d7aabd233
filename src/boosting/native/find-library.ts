/** Where the user's own LightGBM or XGBoost lies: named by an option, by an environment variable, or in a Python installation. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MissingDependencyError } from '../../core/errors.js';
import type { NativeLibraryName } from './job.js';

const ENVIRONMENT: Readonly<Record<NativeLibraryName, string>> = {
  lightgbm: 'HOLDFAST_LIGHTGBM',
  xgboost: 'HOLDFAST_XGBOOST',
};

const EXTENSION = process.platform === 'win32' ? '.dll' : process.platform === 'darwin' ? '.dylib' : '.so';

/** Names of the library's file under the Python package. Wheels for macOS have carried either extension. */
const FILES: Readonly<Record<NativeLibraryName, readonly string[]>> = {
  lightgbm: [EXTENSION, '.so'].flatMap((end) => [`lib/lib_lightgbm${end}`, `bin/lib_lightgbm${end}`]),
  xgboost: [EXTENSION, '.so'].flatMap((end) => [`lib/libxgboost${end}`, `lib/xgboost${end}`]),
};

/** Finds packages without running their code. */
const SCRIPT = `import importlib.util, sys
spec = importlib.util.find_spec(sys.argv[1])
print(spec.origin if spec and spec.origin else "")`;

const found = new Map<string, string>();

/**
 * Path of the shared library: `given`, else HOLDFAST_LIGHTGBM or HOLDFAST_XGBOOST, else what the package of `python3` (or of
 * HOLDFAST_PYTHON) carries.
 *
 * @throws MissingDependencyError - a named file that does not exist, or none found
 */
export async function findNativeLibrary(library: NativeLibraryName, given?: string): Promise<string> {
  const variable = ENVIRONMENT[library];
  for (const [source, path] of [
    ['nativeLibrary', given],
    [variable, process.env[variable]],
  ] as const) {
    if (path === undefined || path === '') continue;
    if (existsSync(path)) return path;
    throw missing(library, `${source} names ${path}, which does not exist`, { path });
  }
  const python = process.env.HOLDFAST_PYTHON || 'python3';
  const key = `${python}\n${library}`;
  const known = found.get(key);
  if (known !== undefined && existsSync(known)) return known;
  const origin = await originOf(python, library);
  const path = origin === '' ? undefined : FILES[library].map((file) => join(dirname(origin), file)).find(existsSync);
  if (path === undefined) throw missing(library, `${python} has no package that carries it`, { python });
  found.set(key, path);
  return path;
}

/** File of a Python package's `__init__`; empty when there is no such package or no such Python. */
function originOf(python: string, module: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(python, ['-c', SCRIPT, module], { timeout: 30_000 }, (error, stdout) => {
      resolve(error ? '' : stdout.trim());
    });
  });
}

function missing(library: NativeLibraryName, problem: string, details: object): MissingDependencyError {
  return new MissingDependencyError(`engine: 'native' needs the ${library} library: ${problem}`, {
    hint: `npm install koffi; pip install ${library}; or name the library's file by nativeLibrary or ${ENVIRONMENT[library]}.`,
    details: { library, ...details },
  });
}
