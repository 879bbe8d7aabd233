import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { colours, paint } from '../../src/cli/colour.js';
import { completionScript } from '../../src/cli/completion.js';
import { runFlags } from '../../src/cli/flags.js';
import { Origins } from '../../src/cli/origins.js';
import { keyValue } from '../../src/cli/parsers.js';
import { duration, ProgressBar, progressLine } from '../../src/cli/progress-bar.js';
import { resolveSettings } from '../../src/cli/settings.js';
import { studyStorage, withoutPassword } from '../../src/cli/study-storage.js';
import { begin, finish, unfinished } from '../../src/cli/unfinished.js';
import { ConfigError } from '../../src/index.js';

// Node 20 has no node:sqlite.
const hasSqlite = await import('node:module').then(({ isBuiltin }) => isBuiltin('node:sqlite'));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-cli-parts-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('progress', () => {
  it('says how much is left, in words that fit the size', () => {
    expect(['0.2', '59', '61', '600', '7261'].map((s) => duration(Number(s)))).toEqual([
      '1s',
      '59s',
      '1m01s',
      '10m00s',
      '2h01m',
    ]);
    const line = progressLine({ phase: 'fit', step: 30, total: 120, metrics: { valLoss: 0.5 } }, 10);
    expect(line).toMatch(/^fit █{7}░{21} 30\/120 30s left valLoss 0.5000$/);
  });

  it('takes the time of the steps it saw, not of those before a resumed run', () => {
    expect(progressLine({ phase: 'fit', step: 110, total: 120 }, 10, 100)).toContain('10s left');
    expect(progressLine({ phase: 'fit', step: 100, total: 120 }, 0, 100)).not.toContain('left');
  });

  it('is drawn on a terminal alone', () => {
    const drawn: string[] = [];
    const stream = (isTTY: boolean) => ({ isTTY, columns: 40, write: (text: string) => drawn.push(text) }) as never;
    for (const [tty, quiet] of [
      [false, false],
      [true, true],
    ] as const)
      new ProgressBar(quiet, stream(tty)).update({ phase: 'fit', step: 1, total: 1 });
    expect(drawn).toEqual([]);
    new ProgressBar(false, stream(true)).update({ phase: 'fit', step: 1, total: 1 });
    expect(drawn.join('').replace('\r\x1b[2K', '').length).toBeLessThan(40);
  });
});

describe('colours', () => {
  it('are for terminals, unless NO_COLOR or FORCE_COLOR say otherwise', () => {
    const [terminal, pipe] = [{ isTTY: true }, { isTTY: false }];
    expect([colours(terminal, false, {}), colours(pipe, false, {}), colours(terminal, true, {})]).toEqual([
      true,
      false,
      false,
    ]);
    expect(colours(terminal, false, { NO_COLOR: '1' })).toBe(false);
    expect(colours(terminal, false, { NO_COLOR: '' })).toBe(true);
    expect(colours(terminal, false, { TERM: 'dumb' })).toBe(false);
    expect(colours(pipe, false, { FORCE_COLOR: '1' })).toBe(true);
    expect(paint({ isTTY: false }).red('x')).toBe(colours({ isTTY: false }) ? '\x1b[31mx\x1b[39m' : 'x');
  });
});

describe('settings', () => {
  it('take the first place that has a value, and remember it', () => {
    const origins = new Origins();
    expect(origins.pick('seed', [undefined, 'command line'], [7, 'a.yaml'], [42, 'default'])).toBe(7);
    expect(origins.pick('time', [undefined, 'command line'])).toBeUndefined();
    expect(origins.list).toEqual([
      { setting: 'seed', value: 7, from: 'a.yaml' },
      { setting: 'time', value: undefined, from: 'not set' },
    ]);
    expect(origins.text()).toMatch(/seed +7 +a\.yaml/);
  });

  it('give a hyperparameter to one model or to all', async () => {
    const set = keyValue('svm.C=3', keyValue('seed=1', {}));
    const { settings } = await resolveSettings({ set, model: ['logistic', 'svm'], data: 'a.csv', label: 'y' });
    expect(settings.models).toEqual([
      { name: 'logistic', params: { seed: 1 } },
      { name: 'svm', params: { seed: 1, C: 3 } },
    ]);
    const wrong = resolveSettings({ set: { 'ridge.alpha': 1 }, model: ['svm'], data: 'a.csv', label: 'y' });
    await expect(wrong).rejects.toThrow(/'ridge' is not one of the models/);
  });

  it('are those of training.yaml where nobody says otherwise: ratios and embargo too', async () => {
    const { settings } = await resolveSettings({ set: {}, model: ['logistic'], data: 'a.csv', label: 'y' });
    expect(settings.request).toMatchObject({ embargo: 0.01, ratios: { train: 0.6, holdout: 0.05 } });
    expect(settings.seed).toBe(42);
  });

  it('refuse a pair that is none', () => {
    for (const text of ['C', '=3', 'a.b.c=1', '__proto__=1', 'svm.__proto__=1'])
      expect(() => keyValue(text, {})).toThrow();
  });
});

describe('unfinished runs', () => {
  it('are found by their id, until they are done', async () => {
    const { settings } = await resolveSettings({
      set: {},
      model: ['logistic'],
      data: 'a.csv',
      label: 'y',
      runs: directory,
    });
    await begin({ command: 'train', id: 'run-1', settings, options: {} });
    const found = await unfinished('train', 'run-1', directory, { set: {}, threads: 2 });
    expect(found.settings).toEqual({ ...settings, threads: 2 });
    const ask = (command: 'train' | 'tune', id: string, flags = {}) =>
      unfinished(command, id, directory, { set: {}, ...flags });
    await expect(ask('tune', 'run-1')).rejects.toThrow(/holdfast train/);
    await expect(ask('train', 'run-1', { data: 'b.csv' })).rejects.toThrow(/'data' cannot change/);
    await expect(ask('train', 'run-2')).rejects.toMatchObject({ hint: "Did you mean 'run-1'?" });
    await finish(directory, 'run-1');
    expect(await readdir(directory)).toEqual([]);
    await expect(ask('train', 'run-1')).rejects.toThrow(ConfigError);
  });
});

describe('storages of studies', () => {
  it('are known by their address, and no password is shown', async () => {
    expect(studyStorage('memory').description).toBe('memory');
    expect(studyStorage('journal:a/b.log').description).toContain('a/b.log');
    const postgres = studyStorage('postgresql+psycopg2://me:secret@host:5433/studies');
    expect(postgres.description).toContain('host');
    expect(postgres.description).not.toContain('secret');
    await postgres.close?.();
    expect(withoutPassword('postgresql://me:secret@host/studies')).toBe('postgresql://me:***@host/studies');
    expect(() => studyStorage('mysql://me:secret@host/db')).toThrow(/mysql:\/\/me:\*\*\*@host/);
  });

  it.skipIf(!hasSqlite)('are SQLite files too, where Node has it', async () => {
    const storage = studyStorage(`sqlite:///${join(directory, 'studies.db')}`);
    await storage.createStudy('one', ['minimize']);
    await storage.close?.();
    const again = studyStorage(join(directory, 'studies.db'));
    expect((await again.listStudies()).map(({ name }) => name)).toEqual(['one']);
    await again.close?.();
  });
});

describe('completion', () => {
  const program = new Command('holdfast');
  runFlags(program.command('train').description("it's a [test]: with 'quotes'"), 'model');
  const runs = program.command('runs').description('runs');
  runs.command('promote').description('one');
  it('of bash is a script that bash reads, and completes commands, options and models', () => {
    const script = completionScript('bash', program);
    const reply = (line: string[]) =>
      execFileSync(
        'bash',
        [
          '-c',
          `${script}\nCOMP_WORDS=(${line.map((w) => `"${w}"`).join(' ')}); COMP_CWORD=${line.length - 1}; _holdfast; echo "\${COMPREPLY[@]}"`,
        ],
        { encoding: 'utf8' },
      ).trim();
    expect(reply(['holdfast', 'tr'])).toBe('train');
    expect(reply(['holdfast', 'train', '--mod'])).toBe('--model');
    expect(reply(['holdfast', 'runs', 'pro'])).toBe('promote');
    expect(reply(['holdfast', 'train', '--model', 'light'])).toBe('lightgbm');
  });
  it('of zsh and fish names every option, and no hidden one', () => {
    for (const shell of ['zsh', 'fish'] as const) {
      const script = completionScript(shell, program);
      expect(script).toContain('training-config');
      expect(script).toContain('lightgbm');
      expect(script).not.toMatch(/-l models|--models/);
    }
  });
});
