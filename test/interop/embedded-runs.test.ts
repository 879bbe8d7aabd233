/** The embedded run database when processes are killed and threads die: each start of it takes a second or more. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LockedError } from '../../src/core/errors.js';
import { TrainingRunRepository } from '../../src/tracking/repository/training-run-repository.js';
import { embeddedDirectory } from '../tracking/embedded-directory.js';

let directory: string;
const opened: TrainingRunRepository[] = [];

beforeEach(async () => {
  directory = await embeddedDirectory();
});
afterEach(async () => {
  for (const repository of opened.splice(0)) await repository.close();
  await rm(directory, { recursive: true, force: true });
});

function open(): TrainingRunRepository {
  const repository = new TrainingRunRepository({ directory });
  opened.push(repository);
  return repository;
}

async function processWithRun(trainingRunId: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('../tracking/repository/run-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify({ directory }), trainingRunId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child;
}

describe('an embedded database', () => {
  it('is locked while another process has it; when that is killed, its run is there and failed', async () => {
    const child = await processWithRun('orphan');
    const error = await open()
      .open()
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(LockedError);
    expect((error as LockedError).message).toContain(`process ${child.pid}`);
    expect((error as LockedError).details).toMatchObject({ pid: child.pid });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(await open().get('orphan')).toMatchObject({
      status: 'failed',
      failureReason: expect.stringContaining('ended'),
    });
    expect((await readdir(join(directory, '.database'))).filter((name) => name.startsWith('lock.'))).toHaveLength(1);
  });

  it('whose thread dies during a run starts again: the run ends as it should, and nothing is lost', async () => {
    const repository = open();
    const { trainingRunId } = await repository.start({ experimentId: 'e', algorithmName: 'x' });
    const { database } = repository as unknown as {
      database: { thread: { worker: { terminate(): Promise<number> } } };
    };
    const dying = database.thread.worker.terminate();
    const completing = repository.complete(trainingRunId, { testMetrics: { score: 1 } });
    await dying;
    expect(await completing).toMatchObject({ status: 'completed', testMetrics: { score: 1 } });
    expect((await repository.list()).runs).toHaveLength(1);
  });

  it('whose making was interrupted is made again', async () => {
    await rm(join(directory, '.database/initialized'));
    await rm(join(directory, '.database/pgdata/global/pg_control'));
    expect((await open().list()).runs).toEqual([]);
  });
});
