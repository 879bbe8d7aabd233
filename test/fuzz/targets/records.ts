/** Records of runs and splits: ledger, split registry, checkpoints, memory of agents, journals of studies and of MLflow, rows of Optuna. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentMemory } from '../../../src/agent/memory/agent-memory.js';
import { readCheckpoint } from '../../../src/core/checkpoint-file.js';
import { DataLeakageError, ModelFormatError, TestSetReuseError } from '../../../src/core/errors.js';
import { canonicalJson, sha256 } from '../../../src/core/hash.js';
import { Table } from '../../../src/core/table.js';
import { readLedger } from '../../../src/splits/ledger-record.js';
import { SplitRegistry } from '../../../src/splits/registry.js';
import { TestSetGuard } from '../../../src/splits/test-guard.js';
import { JournalFile } from '../../../src/tracking/mlflow/journal-file.js';
import { JournalFileStorage } from '../../../src/tuning/storages/journal/storage.js';
import { studiesOf, TrialRows } from '../../../src/tuning/storages/rdb/rows.js';
import { seedsIn } from '../seeds.js';
import type { Target } from '../target.js';
import { check } from './behaves.js';

/** What does not parse is refused where the text is read, which other targets show. */
function parsed(input: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(input).toString());
  } catch (cause) {
    throw new ModelFormatError('not JSON', { cause });
  }
}

/** Other data than those of the seeds: what loads says so. */
const SOURCE = Table.fromColumns({ a: [1, 2] });

/** A row as a database gives it: text, numbers, null. */
function plainRow(row: unknown): Record<string, never> | undefined {
  if (row === null || typeof row !== 'object') return undefined;
  const cells = Object.entries(row).map(([name, cell]) => [
    name,
    typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : cell,
  ]);
  return Object.fromEntries(cells);
}

const KEY = '00000000-0000-0000-0000-000000000000';

export const RECORDS: readonly Target[] = [
  {
    name: 'ledger',
    reads: 'ledgers of rows',
    kind: 'json',
    seeds: async () => seedsIn('ledger'),
    run: (input) => {
      for (const { rows } of readLedger(parsed(input)).uses) check(rows.size >= 0, 'a use without rows');
    },
  },
  {
    name: 'split-registry',
    reads: 'stored splits',
    kind: 'json',
    seeds: async () => seedsIn('split-registry'),
    async run(input, directory) {
      const record = { ...(parsed(input) as object) } as Record<string, unknown>;
      const { format: _format, id: _id, ...content } = record;
      let id = 'a'.repeat(64);
      let text = Buffer.from(input).toString();
      if (input.length % 8 !== 0) {
        try {
          id = sha256(canonicalJson(content));
          text = JSON.stringify({ ...record, id });
        } catch {
          // Nested too deeply: as it is.
        }
      }
      rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, `${id}.json`), text);
      const registry = new SplitRegistry(directory);
      await registry.list();
      await registry.load(id, SOURCE).catch((error) => {
        if (!(error instanceof DataLeakageError)) throw error;
      });
    },
  },
  {
    name: 'test-guard',
    reads: 'records of test evaluations',
    kind: 'text',
    seeds: async () => [Buffer.from('{"runId": "run", "model": "lightgbm", "at": "2026-01-01T00:00:00.000Z"}\n')],
    async run(input, directory) {
      mkdirSync(join(directory, 'run'), { recursive: true });
      writeFileSync(join(directory, 'run', 'test-evaluation.json'), input);
      const guard = new TestSetGuard({ directory });
      const again = await guard.claim({ runId: 'run', model: 'other' }).catch((error) => {
        if (!(error instanceof TestSetReuseError)) throw error;
      });
      check(again === undefined, 'the test set was given out a second time');
    },
  },
  {
    name: 'checkpoint',
    reads: 'checkpoints of trainings',
    kind: 'bytes',
    seeds: async () => seedsIn('checkpoint'),
    async run(input, directory) {
      const file = join(directory, 'checkpoint');
      writeFileSync(file, input);
      await readCheckpoint(file);
    },
  },
  {
    name: 'agent-memory',
    reads: 'episodes of the agent',
    kind: 'text',
    seeds: async () => seedsIn('agent-memory'),
    async run(input, directory) {
      writeFileSync(join(directory, 'episodes.jsonl'), input);
      const memory = new AgentMemory({ directory });
      const all = await memory.episodes();
      const facts = { algorithm: 'lightgbm', task: 'classification', rows: 1000, features: 10, classes: 2 } as const;
      const found = await memory.recall(facts, 5);
      check(
        found.length <= all.length && found.every(({ distance }) => distance >= 0),
        'recollections without a distance',
      );
    },
  },
  {
    name: 'study-journal',
    reads: "journals of studies, Optuna's format",
    kind: 'text',
    seeds: async () => seedsIn('study-journal'),
    async run(input, directory) {
      const file = join(directory, 'study.log');
      writeFileSync(file, input);
      const storage = new JournalFileStorage(file);
      for (const study of await storage.listStudies()) {
        for (const trial of await storage.readTrials(study.id, 0)) {
          check(
            Object.keys(trial.params).every((name) => Object.hasOwn(trial.distributions, name)),
            'a parameter without a distribution',
          );
          check(
            trial.startedAt === undefined || !Number.isNaN(trial.startedAt.getTime()),
            'a trial that starts at no time',
          );
        }
      }
    },
  },
  {
    name: 'optuna-rows',
    reads: "rows of Optuna's tables (SQLite, PostgreSQL)",
    kind: 'json',
    seeds: async () => seedsIn('optuna-rows'),
    run(input) {
      const { studies, studyDetails, trials, trialDetails } = (parsed(input) ?? {}) as Record<string, unknown>;
      const rows = (value: unknown): Record<string, never>[] =>
        Array.isArray(value) ? value.map(plainRow).filter((row) => row !== undefined) : [];
      studiesOf(rows(studies), rows(studyDetails));
      for (const { startedAt } of new TrialRows().records(rows(trials), rows(trialDetails)))
        check(startedAt === undefined || !Number.isNaN(startedAt.getTime()), 'a trial that starts at no time');
    },
  },
  {
    name: 'mlflow-journal',
    reads: 'journals of MLflow runs',
    kind: 'text',
    seeds: async () => seedsIn('mlflow-journal'),
    async run(input, directory) {
      const place = join(directory, `20260101T000000000Z-${KEY}`);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'lines.jsonl'), input);
      for (const { entry } of await new JournalFile(place).read()) {
        if ('directory' in entry) check(entry.directory.startsWith(place), 'files of another run');
      }
    },
  },
];
