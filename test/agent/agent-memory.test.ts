import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentMemory, type Episode } from '../../src/agent/index.js';

const facts = { algorithm: 'lightgbm', task: 'classification', rows: 1000, features: 10, classes: 2 } as const;
const episode = (runId: string, rest: Partial<Episode> = {}): Episode => ({
  ...{ runId, experimentId: 'e', at: '2026-01-01T00:00:00.000Z', dataHash: 'h', facts },
  hyperparameters: { numLeaves: runId.length },
  score: { metric: 'rocAuc', value: 0.6, direction: 'maximize' },
  ...rest,
});
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-memory-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('AgentMemory', () => {
  it('recalls the most similar first, and of equally similar ones the best', async () => {
    const memory = new AgentMemory({ directory });
    await memory.remember(episode('far-away', { facts: { ...facts, rows: 4000 } }));
    await memory.remember(episode('near'));
    await memory.remember(episode('nearer', { score: { metric: 'rocAuc', value: 0.7, direction: 'maximize' } }));
    expect((await memory.recall(facts)).map(({ runId }) => runId)).toEqual(['nearer', 'near', 'far-away']);
    expect(await memory.recall(facts, 1)).toHaveLength(1);
  });

  it('a smaller loss is better', async () => {
    const memory = new AgentMemory({ directory });
    const loss = (value: number) => ({ score: { metric: 'rmse', value, direction: 'minimize' } as const });
    await memory.remember(episode('a', loss(2)));
    await memory.remember(episode('bb', loss(1)));
    expect((await memory.recall(facts)).map(({ runId }) => runId)).toEqual(['bb', 'a']);
  });

  it('recalls nothing of another algorithm or task, or of data of another size altogether', async () => {
    const memory = new AgentMemory({ directory });
    await memory.remember(episode('other', { facts: { ...facts, algorithm: 'svm' } }));
    await memory.remember(episode('regression', { facts: { ...facts, task: 'regression', classes: 0 } }));
    await memory.remember(episode('huge', { facts: { ...facts, rows: 1_000_000 } }));
    expect(await memory.recall(facts)).toEqual([]);
  });

  it('offers the same settings once, and none of a run without tuning', async () => {
    const memory = new AgentMemory({ directory });
    await memory.remember(episode('a', { hyperparameters: { x: 1, y: 2 } }));
    await memory.remember(episode('b', { hyperparameters: { y: 2, x: 1 } }));
    await memory.remember(episode('c', { hyperparameters: {} }));
    expect(await memory.recall(facts)).toHaveLength(1);
    expect(await memory.episodes()).toHaveLength(3);
  });

  it('a line that a crash cut short spoils only itself', async () => {
    const memory = new AgentMemory({ directory });
    await memory.remember(episode('whole'));
    appendFileSync(join(directory, 'episodes.jsonl'), '{"runId":"half","dataHa');
    await memory.remember(episode('after'));
    expect((await memory.episodes()).map(({ runId }) => runId)).toEqual(['whole', 'after']);
  });

  it('what is no episode is passed over', async () => {
    writeFileSync(join(directory, 'episodes.jsonl'), 'null\n[]\n"x"\n{"runId":1}\n{"__proto__":{"runId":"p"}}\n');
    expect(await new AgentMemory({ directory }).episodes()).toEqual([]);
  });

  it('finds the runs on the same data', async () => {
    const memory = new AgentMemory({ directory });
    await memory.remember(episode('a'));
    await memory.remember(episode('b', { dataHash: 'other' }));
    expect((await memory.episodes({ dataHash: 'other' })).map(({ runId }) => runId)).toEqual(['b']);
  });
});
