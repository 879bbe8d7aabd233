// The supported versions of Node. Those that are not running come from the registry's `node` package, cached by npm.
import { execFileSync } from 'node:child_process';

/** `thread`: the number of threads of the version's short run. */
export const NODES = [{ version: '20' }, { version: '22', thread: '2' }, { version: '24', thread: '4' }];

export function nodeBinary(version) {
  if (process.version.startsWith(`v${version}.`)) return process.execPath;
  return execFileSync('npm', ['exec', '--yes', `--package=node@${version}`, '--', 'node', '-p', 'process.execPath'], {
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();
}
