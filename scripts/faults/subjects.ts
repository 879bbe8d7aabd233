/** What is killed, how often, and which states may be found afterwards. */
import { FakeMLflow } from '../../test/tracking/fake-mlflow.js';
import type { Subject, Undisturbed } from './kills.js';

export interface Planned {
  readonly subject: Subject;
  /** Of 200. */
  readonly kills: number;
  /** Something that has to run meanwhile. */
  readonly open?: () => Promise<() => Promise<void>>;
}

/** Each of its parts is of the old state or of the new one. */
function partsWhole(seen: string, { old, end }: Undisturbed): string | undefined {
  const [before, after] = [old.split(' '), end.split(' ')];
  const torn = seen.split(' ').findIndex((part, i) => part !== before[i] && part !== after[i]);
  return torn < 0 ? undefined : `part ${torn} is neither old nor new: ${seen}`;
}

/** Finished trials are those of an undisturbed study, from the first one on; one that was running may be missing. */
function prefix(seen: string, { end }: Undisturbed): string | undefined {
  const [found, whole] = [JSON.parse(seen), JSON.parse(end)] as [unknown[][], unknown[][]];
  const strange = found.find((trial, i) => JSON.stringify(trial) !== JSON.stringify(whole[i]));
  return strange && `trial ${JSON.stringify(strange)} is none of the undisturbed study's`;
}

/** The lock of a process that died between giving it back and removing it: an empty link, which Optuna leaves too. */
const study = { wrong: prefix, mayStay: /\.lock[0-9a-f-]{36}\.rename$/ };

const unfinished = (seen: string, { end }: Undisturbed): string | undefined =>
  ['not fitted', 'a checkpoint', end].includes(seen) ? undefined : seen;

const fitting = (name: string, kills: number): Planned => ({
  subject: {
    name,
    title: name === 'random_forest' ? `fit ${name}, from the beginning` : `fit ${name}, with checkpoints`,
    wrong: unfinished,
  },
  kills,
});

/** What is listed loads, and what is in use is one of the versions: the look itself fails otherwise. */
const versions = (seen: string): string | undefined => (/^[24] of /.test(seen) ? undefined : `in use: ${seen}`);

/** Of a run that was kept to some point: what the server has is its beginning, each value once; all of it where it was finished. */
function beginning(server: FakeMLflow): string | undefined {
  const [run, ...more] = [...server.runs.values()];
  if (!run) return undefined;
  if (more.length > 0) return `${more.length + 1} runs on the server`;
  const steps = run.metrics.map(({ step }) => step);
  if (steps.some((step, i) => step !== i)) return `steps ${steps.join()}`;
  return run.status === 'FAILED' ? undefined : finished(server);
}

function finished(server: FakeMLflow): string | undefined {
  const [run, ...more] = [...server.runs.values()];
  if (!run || more.length > 0) return `${server.runs.size} runs on the server`;
  const { status, metrics, tags } = run;
  const steps = metrics.map(({ step }) => step).join();
  if (steps !== Array.from({ length: 20 }, (_, i) => i).join()) return `steps ${steps}`;
  if (status !== 'FINISHED' || tags.get('done') !== 'yes') return `status ${status}`;
  const notes = [...server.files].filter(([name]) => name.endsWith('note.txt'));
  return notes.length === 1 && notes[0][1] === 'kept' ? undefined : `${notes.length} files`;
}

/** `sqliteNode`: a Node that has node:sqlite; without one, that subject is left out. */
export function plan(sqliteNode?: string): Planned[] {
  const server = new FakeMLflow();
  const open = async (): Promise<() => Promise<void>> => {
    await server.start();
    return () => server.stop();
  };
  const mlflow = (away: readonly string[]) => ({
    reset: () => {
      server.runs.clear();
      server.files.clear();
      server.requests.length = 0;
    },
    environment: (mode: string) => ({ HOLDFAST_MLFLOW: away.includes(mode) ? '' : server.url }),
    wrong: () => undefined,
    // Runs have names of their own.
    mayStay: /^journal\//,
  });
  const keep = { ...mlflow(['prepare', 'work']), wrongEnd: () => beginning(server) };
  const send = { ...mlflow(['prepare']), wrongEnd: () => finished(server) };
  const sqlite = { name: 'tune-sqlite', title: 'tune, SQLite', node: sqliteNode, ...study };
  return [
    fitting('lightgbm', 20),
    fitting('xgboost', 12),
    fitting('catboost', 12),
    fitting('random_forest', 14),
    fitting('gru', 10),
    { subject: { name: 'save', title: 'save, exportNative, exportOnnx over old files', wrong: partsWhole }, kills: 24 },
    { subject: { name: 'tune-journal', title: 'tune, journal file', ...study }, kills: 20 },
    ...(sqliteNode ? [{ subject: sqlite, kills: 16 }] : []),
    // What was set aside goes with the next run that is written there.
    { subject: { name: 'run', title: 'run of ModelTrainer', mayStay: /^runs\/run-1\.previous-/ }, kills: 20 },
    { subject: { name: 'store', title: 'model store: register, promote, collect', wrong: versions }, kills: 28 },
    { subject: { name: 'mlflow-keep', title: 'MLflow, kept in the journal', ...keep }, kills: 14, open },
    { subject: { name: 'mlflow-send', title: 'MLflow, sent from the journal', ...send }, kills: 10, open },
  ];
}
