/** A run that an earlier process began: found by the caller's id, or ended where it is not gone on with, so that it does not stay running for ever. */
import { lifeOfTag, processTag } from '../process-mark.js';
import type { Json } from './client.js';
import type { Pair, StartEntry } from './entry.js';
import { ABSENT, ifCode, type MLflowServer, RUN_ID, tagOf } from './server.js';

/** Why a run failed. */
export const FAILURE = 'holdfast.failure';

/** The tag of the process that a run is of. */
export const PROCESS = 'holdfast.process';

/** How an earlier process left a run. */
export type Left = 'begun' | 'finished';

export interface EarlierRun {
  /** As the server describes it. */
  readonly run: Json;
  readonly left: Left;
}

/**
 * The newest run of the caller's id, unless another process is at it or its parameters are others. Those that are not gone on with and say that
 * they run are ended.
 */
export async function earlierRun(
  server: MLflowServer,
  experimentId: string,
  { tags, resume }: StartEntry,
): Promise<EarlierRun | undefined> {
  const id = tags.find(({ key }) => key === RUN_ID)?.value ?? '';
  // Other ids may hold quotes, which the server's filters have no way to write.
  if (!resume || !/^[\w.: -]+$/.test(id)) return undefined;
  const found = await server.runsOf(experimentId, `tags.\`${RUN_ID}\` = '${id}'`);
  const [newest, ...older] = found;
  for (const run of older) await abandon(server, run);
  if (!newest) return undefined;
  const left: Left = infoOf(newest).status === 'FINISHED' ? 'finished' : 'begun';
  if (left === 'finished') return resume.finished ? { run: newest, left } : undefined;
  if (livesElsewhere(tagOf(newest, PROCESS))) return undefined;
  if (agree(newest, resume.params)) return { run: newest, left };
  await abandon(server, newest);
  return undefined;
}

/** Runs below that one, of processes that died: nobody else will end them. */
export async function abandonParts(server: MLflowServer, experimentId: string, runId: string): Promise<void> {
  const filter = `tags.\`mlflow.parentRunId\` = '${runId}' and attributes.status = 'RUNNING'`;
  for (const run of await server.runsOf(experimentId, filter)) await abandon(server, run);
}

/** It runs again, and has not failed. */
export async function reopen(server: MLflowServer, runId: string): Promise<void> {
  await server.client.post('runs/update', { run_id: runId, status: 'RUNNING' });
  await server.client.post('runs/delete-tag', { run_id: runId, key: FAILURE }).catch(ifCode(ABSENT));
}

async function abandon({ client }: MLflowServer, run: Json): Promise<void> {
  const { run_id, status, start_time } = infoOf(run);
  if (status !== 'RUNNING' || livesElsewhere(tagOf(run, PROCESS))) return;
  const value = 'Its process ended before the run did.';
  await client.post('runs/set-tag', { run_id, key: FAILURE, value });
  // Clocks are set back, and those of two machines differ.
  const end_time = Math.max(Date.now(), Number(start_time ?? 0));
  await client.post('runs/update', { run_id, status: 'KILLED', end_time });
}

/** Of another process, seen to be alive from here; one of another machine is not seen. */
const livesElsewhere = (tag = ''): boolean => tag !== processTag() && lifeOfTag(tag) === 'alive';

/** A parameter keeps its value: the server would refuse another one. */
function agree(run: Json, params: readonly Pair[]): boolean {
  const { params: known } = (run.data ?? {}) as { params?: unknown };
  const before = new Map((Array.isArray(known) ? (known as Pair[]) : []).map(({ key, value }) => [key, value]));
  return params.every(({ key, value }) => (before.get(key) ?? value) === value);
}

const infoOf = (run: Json): Json => (run.info ?? {}) as Json;
