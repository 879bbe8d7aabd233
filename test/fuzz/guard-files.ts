/**
 * While a case runs, nothing outside its directory may be touched: every function of `node:fs` that takes a path is watched. The package's
 * own files may be read, and what the system says of processes.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

const READING = [
  'access',
  'createReadStream',
  'exists',
  'lstat',
  'opendir',
  'readdir',
  'readFile',
  'readlink',
  'realpath',
  'stat',
  'statfs',
];
const WRITING = [
  'appendFile',
  'chmod',
  'chown',
  'createWriteStream',
  'mkdir',
  'mkdtemp',
  'rm',
  'rmdir',
  'truncate',
  'unlink',
  'utimes',
  'writeFile',
];
const OF_TWO = ['copyFile', 'cp', 'link', 'rename', 'symlink'];

export class FileGuard {
  /** The first path outside that was touched. */
  escaped: string | undefined;
  private directory: string | undefined;
  private readonly undo: (() => void)[] = [];

  install(): void {
    const inner = fs.promises as unknown as Record<string, unknown>;
    const outer = fs as unknown as Record<string, unknown>;
    for (const [names, paths, reading] of [
      [READING, 1, true],
      [WRITING, 1, false],
      [OF_TWO, 2, false],
    ] as const) {
      for (const name of names) {
        for (const [holder, key] of [
          [inner, name],
          [outer, name],
          [outer, `${name}Sync`],
        ] as const)
          this.wrap(holder, key, (args) => {
            for (const path of args.slice(0, paths)) this.look(path, reading);
          });
      }
    }
    const opened = (args: unknown[]) => this.look(args[0], args[1] === undefined || args[1] === 'r' || args[1] === 0);
    for (const [holder, key] of [
      [inner, 'open'],
      [outer, 'open'],
      [outer, 'openSync'],
    ] as const)
      this.wrap(holder, key, opened);
    syncBuiltinESMExports();
  }

  uninstall(): void {
    for (const back of this.undo.splice(0)) back();
    syncBuiltinESMExports();
  }

  watch(directory: string): void {
    this.directory = directory;
    this.escaped = undefined;
  }

  rest(): void {
    this.directory = undefined;
  }

  private wrap(holder: Record<string, unknown>, key: string, before: (args: unknown[]) => void): void {
    const plain = holder[key];
    if (typeof plain !== 'function') return;
    holder[key] = Object.assign(function (this: unknown, ...args: unknown[]) {
      before(args);
      return plain.apply(this, args);
    }, plain);
    this.undo.push(() => (holder[key] = plain));
  }

  private look(path: unknown, reading: boolean): void {
    if (this.directory === undefined || (typeof path !== 'string' && !(path instanceof URL))) return;
    const place = resolve(path instanceof URL ? fileURLToPath(path) : path);
    if (place === this.directory || place.startsWith(`${this.directory}/`)) return;
    if (reading && (place.startsWith(PACKAGE) || place.startsWith('/proc/'))) return;
    this.escaped ??= place;
  }
}
