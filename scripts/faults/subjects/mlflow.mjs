// A run that is kept in a journal while no server answers, and the sending of that journal: what the server has then is looked at from outside.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MLflowTracker } from '../../../dist/tracking/index.js';

const tracker = (directory, trackingUri) =>
  new MLflowTracker({
    ...{ trackingUri, journal: join(directory, 'journal'), experiment: 'e' },
    ...{ retries: 0, retryDelay: 0.01, timeout: 5, flushInterval: 60 },
  });

/** No server listens there. */
const NOWHERE = 'http://127.0.0.1:9';

const files = (directory) => join(directory, 'files');

async function writeFiles(directory) {
  await mkdir(files(directory));
  await writeFile(join(files(directory), 'note.txt'), 'kept');
}

async function offlineRun(directory) {
  const run = await tracker(directory, NOWHERE).startRun({
    runId: 'r',
    model: 'm',
    params: { a: 1 },
    tags: { b: 'c' },
  });
  for (let step = 0; step < 20; step++) {
    await run.logMetrics({ loss: step / 2 }, step);
    if (step % 4 === 3) await run.flush();
  }
  await run.logArtifacts(files(directory), 'notes');
  await run.setTags({ done: 'yes' });
  await run.finish('completed');
}

/** What the harness has: none while nobody is to answer. */
const SERVER = process.env.HOLDFAST_MLFLOW;
const send = (directory) => (SERVER ? tracker(directory, SERVER).replay() : undefined);
/** Sends what there is; what the server has then is looked at from outside. */
const look = async (directory) => JSON.stringify((await send(directory)) ?? {});

export const subjects = {
  /** Killed while it is kept. */
  'mlflow-keep': { prepare: writeFiles, work: (directory) => (SERVER ? send(directory) : offlineRun(directory)), look },
  /** Killed while it is sent. */
  'mlflow-send': {
    async prepare(directory) {
      await writeFiles(directory);
      await offlineRun(directory);
    },
    ...{ work: send, look },
  },
};
