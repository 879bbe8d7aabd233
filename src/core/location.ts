/** Where the library's own files lie: under src/ when run from sources, under dist/ when built, whatever chunk this code was bundled into. */
import { existsSync } from 'node:fs';

/** Whether the TypeScript sources run (tests), not the build. */
export const FROM_SOURCES = import.meta.url.endsWith('.ts');

let root: URL | undefined;

/** A file of the package by its path from the package's root, such as 'config/training.yaml'. */
export function packageFile(path: string): URL {
  if (!root) {
    root = new URL('.', import.meta.url);
    while (!existsSync(new URL('package.json', root))) root = new URL('..', root);
  }
  return new URL(path, root);
}

/** A file that the build puts beside the modules, by its path under src/, such as 'kernels/kernels.wasm'. */
export function builtFile(path: string): URL {
  return packageFile(`${FROM_SOURCES ? 'src' : 'dist'}/${path}`);
}

/** A module that is an entry of its own (a worker, a job), by its path under src/ without extension, such as 'kernels/worker'. */
export function ownModule(path: string): URL {
  return builtFile(`${path}${FROM_SOURCES ? '.ts' : '.js'}`);
}
