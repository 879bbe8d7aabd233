import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { recoverDirectory, writeDirectoryAtomic, writeFileAtomic } from '../../src/core/files.js';

const folder = () => mkdtempSync(join(tmpdir(), 'holdfast-files-'));
const fill = (text: string) => async (directory: string) => {
  writeFileSync(join(directory, 'a.txt'), text);
  writeFileSync(join(directory, 'b.txt'), text);
};
const content = (directory: string) => ['a.txt', 'b.txt'].map((name) => readFileSync(join(directory, name), 'utf8'));

describe('writeFileAtomic', () => {
  it('replaces a file, makes missing directories and leaves nothing else', async () => {
    const directory = folder();
    const path = join(directory, 'deep', 'file.txt');
    await writeFileAtomic(path, 'old');
    await writeFileAtomic(path, Uint8Array.of(110, 101, 119));
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(join(directory, 'deep'))).toEqual(['file.txt']);
  });

  it('leaves the old file and no temporary one when writing fails', async () => {
    const directory = folder();
    const path = join(directory, 'file.txt');
    await writeFileAtomic(path, 'old');
    await expect(writeFileAtomic(path, { not: 'content' } as never)).rejects.toThrow();
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(directory)).toEqual(['file.txt']);
  });

  it('removes what a killed process left of an earlier attempt, and nothing of a living one', async () => {
    const path = join(folder(), 'file.txt');
    writeFileSync(`${path}.writing-999999999-abc`, 'half');
    writeFileSync(`${path}.writing-${process.ppid}-abc`, 'under way');
    await writeFileAtomic(path, 'new');
    expect(readdirSync(join(path, '..')).sort()).toEqual(['file.txt', `file.txt.writing-${process.ppid}-abc`]);
  });
});

describe('writeDirectoryAtomic', () => {
  it('replaces a directory as a whole, with nothing of the old one left', async () => {
    const target = join(folder(), 'model');
    await writeDirectoryAtomic(target, async (directory) => {
      await fill('old')(directory);
      writeFileSync(join(directory, 'only-old.txt'), '');
    });
    await writeDirectoryAtomic(target, fill('new'));
    expect(content(target)).toEqual(['new', 'new']);
    expect(readdirSync(target)).toEqual(['a.txt', 'b.txt']);
    expect(readdirSync(join(target, '..'))).toEqual(['model']);
  });

  it('keeps the old directory when filling the new one fails', async () => {
    const target = join(folder(), 'model');
    await writeDirectoryAtomic(target, fill('old'));
    const failing = writeDirectoryAtomic(target, async (directory) => {
      writeFileSync(join(directory, 'a.txt'), 'half');
      throw new Error('disk full');
    });
    await expect(failing).rejects.toThrow('disk full');
    expect(content(target)).toEqual(['old', 'old']);
    expect(readdirSync(join(target, '..'))).toEqual(['model']);
  });

  it('of several writers of one directory none fails or disturbs another', async () => {
    const target = join(folder(), 'model');
    const names = Array.from({ length: 12 }, (_, i) => `writer ${i}`);
    await Promise.all(names.map((name) => writeDirectoryAtomic(target, fill(name))));
    const [a, b] = content(target);
    expect(a).toBe(b);
    expect(names).toContain(a);
    expect(readdirSync(join(target, '..'))).toEqual(['model']);
  });

  it('what a process set aside whose number another one has now comes back', async () => {
    const target = join(folder(), 'model');
    await writeDirectoryAtomic(target, fill('old'));
    renameSync(target, `${target}.previous-${process.ppid}-abc`);
    await recoverDirectory(target);
    expect(content(target)).toEqual(['old', 'old']);
  });

  it('a crash between the two renames is repaired: the old directory comes back', async () => {
    const target = join(folder(), 'model');
    await writeDirectoryAtomic(target, fill('old'));
    // What a process that no longer lives left behind.
    renameSync(target, `${target}.previous-999999999-abc`);
    mkdirSync(`${target}.writing-999999999-abc`);
    await recoverDirectory(target);
    expect(content(target)).toEqual(['old', 'old']);
    expect(readdirSync(join(target, '..'))).toEqual(['model']);
  });

  it('what dead processes left of other targets goes with the next writing beside them', async () => {
    const parent = folder();
    const dead = '999999999-0123456789ab';
    const living = `${process.ppid}-0123456789ab`;
    // Of this process, but not of this thread.
    const thread = `${process.pid}-0123456789ab`;
    await writeDirectoryAtomic(join(parent, 'one'), fill('one'));
    await writeDirectoryAtomic(join(parent, 'lost'), fill('lost'));
    renameSync(join(parent, 'lost'), join(parent, `lost.previous-${dead}`));
    const old = [`half.writing-${dead}`, `busy.writing-${living}`, `other.writing-${thread}`];
    // One that is not seen may live in another container.
    const fresh = `far.writing-${dead}`;
    for (const name of [`one.previous-${dead}`, fresh, ...old]) mkdirSync(join(parent, name));
    const yesterday = Date.now() / 1000 - 2 * 86_400;
    for (const name of old) utimesSync(join(parent, name), yesterday, yesterday);
    await writeDirectoryAtomic(join(parent, 'two'), fill('two'));
    expect(readdirSync(parent).sort()).toEqual([...old.slice(1), fresh, 'lost', 'one', 'two'].sort());
    expect(content(join(parent, 'lost'))).toEqual(['lost', 'lost']);
  });

  it('a process killed while it saves over and over leaves a whole directory', async () => {
    const target = join(folder(), 'model');
    const script = fileURLToPath(new URL('./save-forever.ts', import.meta.url));
    for (const delay of [0, 7, 19]) {
      const child = spawn(process.execPath, ['--import', 'tsx', script, target], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const closed = new Promise((resolve) => child.once('close', resolve));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGKILL');
      await closed;
      await recoverDirectory(target);
      expect(existsSync(target)).toBe(true);
      const [a, b] = content(target);
      expect(a).toBe(b);
      expect(a.length).toBe(200_000);
      expect(readdirSync(join(target, '..'))).toEqual(['model']);
    }
  });
});
