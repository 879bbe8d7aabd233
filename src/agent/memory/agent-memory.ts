/**
 * What an agent remembers of its runs: which there were on which data (episodes), and which hyperparameters worked (procedures). One line of
 * JSON each in one file, appended whole; of a line that a crash cut short the rest is not read.
 */
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InvalidInputError } from '../../core/errors.js';
import { unwritable } from '../../core/files.js';
import { distance, type TrainingFacts } from './facts.js';

/** One run that was completed. */
export interface Episode {
  readonly runId: string;
  readonly experimentId: string;
  /** ISO 8601. */
  readonly at: string;
  readonly dataHash: string;
  readonly facts: TrainingFacts;
  /** Those that tuning found; none for a run without. */
  readonly hyperparameters: Readonly<Record<string, unknown>>;
  /** On validation. */
  readonly score?: { readonly metric: string; readonly value: number; readonly direction: 'maximize' | 'minimize' };
}

/** An episode, and how far its training was from the one asked about. */
export interface Recollection extends Episode {
  /** 0: the same kind of data. See `docs/agent.md`. */
  readonly distance: number;
}

/** Beyond this, what worked there says little here. */
const FAR = 4;

/**
 * @example
 * const memory = new AgentMemory({ directory: 'experiments/memory' });
 * const [best] = await memory.recall({ algorithm: 'lightgbm', task: 'classification', rows: 60_000, features: 30, classes: 2 }, 1);
 */
export class AgentMemory {
  private readonly file: string;
  private writing: Promise<unknown> = Promise.resolve();

  constructor({ directory }: { directory: string }) {
    if (typeof directory !== 'string' || directory === '' || directory.includes('\0')) {
      throw new InvalidInputError('AgentMemory needs a directory', {
        hint: "new AgentMemory({ directory: 'experiments/memory' })",
      });
    }
    this.file = resolve(join(directory, 'episodes.jsonl'));
  }

  /** Keeps an episode; a run of the same id replaces what was known of it. */
  remember(episode: Episode): Promise<void> {
    const next = this.writing.then(() => this.append(episode));
    this.writing = next.catch(() => {});
    return next;
  }

  /** Procedures: settings that tuning found on similar data, the most similar first, of equally similar ones the best first. Each once. */
  async recall(facts: TrainingFacts, limit = 5): Promise<Recollection[]> {
    const known = (await this.episodes())
      .filter(({ hyperparameters }) => Object.keys(hyperparameters).length > 0)
      .map((episode) => ({ ...episode, distance: distance(episode.facts, facts) }))
      .filter((one) => one.distance <= FAR)
      .sort((a, b) => a.distance - b.distance || goodness(b) - goodness(a) || (a.runId < b.runId ? -1 : 1));
    const seen = new Set<string>();
    const different = known.filter(({ hyperparameters }) => {
      const text = JSON.stringify(Object.entries(hyperparameters).sort());
      return !seen.has(text) && seen.add(text);
    });
    return different.slice(0, limit);
  }

  /** Episodes from the first to the last, of one data set, one algorithm, or all. */
  async episodes(filter: { dataHash?: string; algorithm?: string } = {}): Promise<Episode[]> {
    const byRun = new Map<string, Episode>();
    for (const line of (await this.read()).split('\n')) {
      const episode = parsed(line);
      if (!episode) continue;
      byRun.delete(episode.runId);
      byRun.set(episode.runId, episode);
    }
    return [...byRun.values()].filter(
      ({ dataHash, facts }) =>
        (filter.dataHash === undefined || dataHash === filter.dataHash) &&
        (filter.algorithm === undefined || facts.algorithm === filter.algorithm),
    );
  }

  private read(): Promise<string> {
    return readFile(this.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
  }

  private async append(episode: Episode): Promise<void> {
    try {
      await mkdir(dirname(this.file), { recursive: true });
      const file = await open(this.file, 'a');
      try {
        // The end of line before: a line that a crash cut short spoils only itself.
        await file.writeFile(`\n${JSON.stringify(episode)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      unwritable(this.file, error);
    }
  }
}

const goodness = ({ score }: Episode): number =>
  score ? (score.direction === 'maximize' ? score.value : -score.value) : Number.NEGATIVE_INFINITY;

function parsed(line: string): Episode | undefined {
  if (line.trim() === '') return undefined;
  try {
    const value = JSON.parse(line) as Partial<Episode> | null;
    const { runId, dataHash, facts, hyperparameters } = value ?? {};
    const whole =
      typeof runId === 'string' &&
      typeof dataHash === 'string' &&
      typeof facts?.algorithm === 'string' &&
      hyperparameters;
    return whole ? (value as Episode) : undefined;
  } catch {
    return undefined;
  }
}
