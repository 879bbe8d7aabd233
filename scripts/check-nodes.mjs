// The same model bytes on every supported Node: trains small models in Node 20, 22 and 24 and compares their hashes.
// The other versions come from the registry's `node` package, cached by npm.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./model-hashes.mjs', import.meta.url));
const hashes = new Map();
for (const version of ['20', '22', '24']) {
  const output = execFileSync('npx', ['--yes', '-p', `node@${version}`, 'node', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  console.log(output.trim());
  const [node, ...rest] = output.trim().split('\n');
  hashes.set(node, rest.join('\n'));
}
if (new Set(hashes.values()).size !== 1) {
  console.error('Model bytes differ between Node versions.');
  process.exit(1);
}
console.log(`same model bytes on ${[...hashes.keys()].join(', ')}`);
