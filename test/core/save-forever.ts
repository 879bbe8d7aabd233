/** Saves a directory of two equal files again and again until it is killed; says so after the first time. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDirectoryAtomic } from '../../src/core/files.js';

const target = process.argv[2];
for (let i = 0; ; i++) {
  const text = String(i % 10).repeat(200_000);
  await writeDirectoryAtomic(target, async (directory) => {
    writeFileSync(join(directory, 'a.txt'), text);
    writeFileSync(join(directory, 'b.txt'), text);
  });
  if (i === 0) console.log('saved');
}
