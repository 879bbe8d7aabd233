// Runs every numbered example as a user would (npx tsx) and fails with the first that fails.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
for (const name of readdirSync(`${root}examples`)
  .filter((file) => /^\d\d-.*\.ts$/.test(file))
  .sort()) {
  console.log(`\n-- examples/${name}`);
  execFileSync('npx', ['tsx', `examples/${name}`], { cwd: root, stdio: 'inherit' });
}
