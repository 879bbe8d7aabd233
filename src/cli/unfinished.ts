/**
 * Runs that are not done: what they were asked for and how far they are, in `{runs}/.unfinished/{id}/`, from their start to their end. Whatever
 * ends the process in between, `--resume {id}` goes on.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../core/errors.js';
import { writeFileAtomic } from '../core/files.js';
import { nearest } from '../core/text.js';
import { checkRunId } from '../training/run-names.js';
import type { RunFlags } from './flags.js';
import type { RunSettings } from './settings.js';

const VERSION = 1;

/** What an interrupted command goes on from. */
export interface UnfinishedRun {
  readonly formatVersion: typeof VERSION;
  readonly command: 'train' | 'compare' | 'tune';
  readonly id: string;
  readonly settings: RunSettings;
  /** The command's own options. */
  readonly options: Readonly<Record<string, unknown>>;
}

const folder = (runs: string, id: string): string => join(runs, '.unfinished', id);

/** Writes down what is about to run. Gives back the folder for its checkpoints. */
export async function begin(run: Omit<UnfinishedRun, 'formatVersion'>): Promise<string> {
  const directory = folder(run.settings.runs, run.id);
  await mkdir(directory, { recursive: true });
  await writeFileAtomic(
    join(directory, 'request.json'),
    `${JSON.stringify({ formatVersion: VERSION, ...run }, null, 2)}\n`,
  );
  return join(directory, 'checkpoints');
}

/** The run is done, or never got anywhere. */
export async function finish(runs: string, id: string): Promise<void> {
  await rm(folder(runs, id), { recursive: true, force: true });
  // The last one takes the folder of all of them with it.
  const left = await readdir(join(runs, '.unfinished')).catch(() => ['?']);
  if (left.length === 0) await rm(join(runs, '.unfinished'), { recursive: true, force: true });
}

const OVERRIDES = [
  'trackingUri',
  'experiment',
  'register',
  'resume',
  'json',
  'quiet',
  'threads',
  'runs',
  'set',
  'explainConfig',
  'logLevel',
  'logJson',
];

/** @throws ConfigError - no such run, one of another command, or options that the run has from its beginning */
export async function unfinished(
  command: UnfinishedRun['command'],
  id: string,
  runs: string,
  flags: RunFlags,
): Promise<UnfinishedRun> {
  const given = Object.entries(flags).find(([key, value]) => value !== undefined && !OVERRIDES.includes(key));
  if (given || Object.keys(flags.set).length > 0)
    throw new ConfigError(
      `--resume ${id} goes on with what the run was asked for: '${given?.[0] ?? 'set'}' cannot change`,
      {
        hint: 'Leave it out, or start a new run.',
      },
    );
  const text = await readFile(join(folder(runs, checkRunId(id)), 'request.json'), 'utf8').catch(() => undefined);
  if (text === undefined) {
    const known = await readdir(join(runs, '.unfinished')).catch((): string[] => []);
    const close = nearest(id, known);
    throw new ConfigError(`There is no unfinished run '${id}' in ${runs}`, {
      hint: close
        ? `Did you mean '${close}'?`
        : known.length > 0
          ? `Unfinished: ${known.join(', ')}.`
          : 'No run is unfinished.',
    });
  }
  const run = parsed(text, id);
  if (run.command !== command)
    throw new ConfigError(`The run '${id}' was begun by 'holdfast ${run.command}'`, {
      hint: `holdfast ${run.command} --resume ${id}`,
    });
  return {
    ...run,
    settings: { ...run.settings, runs, ...(flags.threads !== undefined && { threads: flags.threads }) },
  };
}

function parsed(text: string, id: string): UnfinishedRun {
  try {
    const run = JSON.parse(text) as UnfinishedRun;
    if (run.formatVersion === VERSION && run.id === id && Array.isArray(run.settings?.models)) return run;
  } catch {
    // Told below: it is not one either way.
  }
  throw new ConfigError(`The request of the unfinished run '${id}' cannot be read`, {
    hint: 'It is damaged or of another version: start a new run.',
  });
}
