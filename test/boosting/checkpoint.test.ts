import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { HoldfastError, InvalidInputError, ModelFormatError } from '../../src/core/errors.js';
import { sha256 } from '../../src/core/hash.js';
import { Random } from '../../src/core/random.js';
import { configs, type Kind, rowsOf } from './checkpoint-cases.js';
import { failure } from './engine/data.js';

const root = mkdtempSync(join(tmpdir(), 'holdfast-checkpoint-'));
afterAll(() => rmSync(root, { recursive: true }));
const script = fileURLToPath(new URL('./train-and-save.ts', import.meta.url));
const KINDS = Object.keys(configs) as Kind[];

/** The model's bytes after a fit that nothing disturbed. */
async function undisturbed(kind: Kind): Promise<string> {
  const model = new LightGBMModel(configs[kind]);
  await model.fit(rowsOf(kind), { threads: 2 });
  const file = join(root, `whole-${kind}.txt`);
  await model.exportNative(file);
  return sha256(readFileSync(file));
}

/** Stops a fit when its progress has come to `step`; its checkpoint stays. */
async function stopped(kind: Kind, directory: string, step: number, threads: number): Promise<void> {
  const abort = new AbortController();
  const fit = new LightGBMModel(configs[kind]).fit(rowsOf(kind), {
    checkpointDirectory: directory,
    threads,
    signal: abort.signal,
    onProgress: (event) => {
      if (event.phase === 'fit' && event.step >= step) abort.abort();
    },
  });
  await fit.catch(() => undefined);
}

/** Runs the training in another process; undefined if it was killed after `ms`. */
async function inProcess(kind: Kind, directory: string, ms?: number): Promise<string | undefined> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, directory, kind], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const done = new Promise<void>((resolve) => child.on('close', () => resolve()));
  if (ms !== undefined) {
    const path = join(directory, 'lightgbm.checkpoint');
    // Starting takes longer than training: the time to live counts from the first checkpoint.
    while (child.exitCode === null && !existsSync(path)) await sleep(5);
    await sleep(ms);
    child.kill('SIGKILL');
  }
  await done;
  return output.trim() || undefined;
}

describe('a training that was interrupted', () => {
  it.each(KINDS)(
    '%s: goes on from its checkpoint to the same bytes and history, on any number of threads',
    async (kind) => {
      const whole = await undisturbed(kind);
      const directory = join(root, `stopped-${kind}`);
      await stopped(kind, directory, 9, 1);
      await stopped(kind, directory, 17, 2);
      expect(existsSync(join(directory, 'lightgbm.checkpoint'))).toBe(true);
      const model = new LightGBMModel(configs[kind]);
      const steps: number[] = [];
      const metrics = await model.fit(rowsOf(kind), {
        checkpointDirectory: directory,
        onProgress: ({ phase, step }) => phase === 'fit' && steps.push(step),
      });
      expect(steps[0]).toBeGreaterThan(4);
      const file = join(root, 'resumed.txt');
      await model.exportNative(file);
      expect(sha256(readFileSync(file))).toBe(whole);
      const fresh = await new LightGBMModel(configs[kind]).fit(rowsOf(kind));
      const { trainingTime: _a, ...resumed } = metrics;
      const { trainingTime: _b, ...plain } = fresh;
      expect(resumed).toEqual(plain);
      expect(readdirSync(directory)).toEqual([]);
    },
  );

  it('by kill -9 at any moment, again and again, ends in the same bytes', { timeout: 60_000 }, async () => {
    const kind = 'plain';
    const whole = await undisturbed(kind);
    const directory = join(root, 'killed');
    mkdirSync(directory);
    const random = new Random(11);
    for (let i = 0; i < 4; i++) {
      const result = await inProcess(kind, directory, random.int(60));
      if (result) expect(result).toBe(whole);
    }
    expect(await inProcess(kind, directory)).toBe(whole);
    expect(readdirSync(directory).filter((name) => name.includes('checkpoint'))).toEqual([]);
  });
});

describe('a checkpoint', () => {
  const kind = 'classes';

  it('of other data, settings or seed is refused with what to do', async () => {
    const directory = join(root, 'other');
    await stopped(kind, directory, 5, 2);
    const rows = rowsOf(kind);
    const options = { checkpointDirectory: directory };
    const y = rows.y.slice();
    y[1] = (y[1] + 1) % 3;
    for (const training of [
      () => new LightGBMModel(configs[kind]).fit({ ...rows, y }, options),
      () => new LightGBMModel({ ...configs[kind], lambdaL2: 1 }).fit(rows, options),
      () => new LightGBMModel(configs[kind]).fit(rows, { ...options, seed: 7 }),
    ]) {
      const error = await failure(training());
      expect(error).toBeInstanceOf(InvalidInputError);
      expect((error as HoldfastError).hint).toContain('delete it');
    }
    // And is still there for the training it belongs to.
    expect(existsSync(join(directory, 'lightgbm.checkpoint'))).toBe(true);
  });

  it('that is cut short, changed or something else is a ModelFormatError', async () => {
    const directory = join(root, 'damaged');
    await stopped(kind, directory, 5, 2);
    const path = join(directory, 'lightgbm.checkpoint');
    const good = readFileSync(path);
    const changed = Buffer.from(good);
    changed[changed.length - 100] ^= 1;
    const random = new Random(3);
    const damaged = [
      good.subarray(0, good.length - 1),
      good.subarray(0, 40),
      changed,
      Buffer.alloc(0),
      Buffer.from('{"format":"holdfast-checkpoint","version":2}\n'),
      Buffer.from(Array.from({ length: 3000 }, () => random.int(256))),
    ];
    for (const content of damaged) {
      writeFileSync(path, content);
      const fit = new LightGBMModel(configs[kind]).fit(rowsOf(kind), { checkpointDirectory: directory });
      expect(await failure(fit)).toBeInstanceOf(ModelFormatError);
    }
  });

  it('that cannot be written fails the fit with the reason', async () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    const fit = new LightGBMModel(configs[kind]).fit(rowsOf(kind), { checkpointDirectory: join(file, 'below') });
    expect(await failure(fit)).toBeInstanceOf(HoldfastError);
  });
});
