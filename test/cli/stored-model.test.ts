/** `--model-uri`: registered models are checked before they judge or predict. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ModelTrainerAgent } from '../../src/agent/index.js';
import { ExitWith } from '../../src/cli/exit.js';
import { addPredict } from '../../src/cli/predict.js';
import { addValidate } from '../../src/cli/validate.js';
import { ConfigError, InvalidInputError, ModelFormatError } from '../../src/core/errors.js';
import { ModelStore } from '../../src/tracking/index.js';
import { SPLIT, signalTable } from '../agent/data.js';

const NAME = 'lightgbm_TEST_h2';
let runs = '';
let run = '';
let auc = 0;
/** Of the version's model. */
let place = '';
const restored: [path: string, content: Buffer][] = [];

beforeAll(async () => {
  runs = mkdtempSync(join(tmpdir(), 'holdfast-stored-'));
  const agent = new ModelTrainerAgent({
    ...{ runsDirectory: runs, repository: false, trials: 0, threads: 1, evaluation: { bootstrap: { samples: 20 } } },
  });
  const out = await agent.execute({
    ...{ experimentId: 'e', data: signalTable(600), split: SPLIT },
    modelCandidate: { name: 'lightgbm', config: { numIterations: 5 } },
  });
  run = out.runDirectory ?? '';
  auc = out.validationMetrics?.splits.test?.metrics.rocAuc ?? 0;
  const store = new ModelStore({ directory: join(runs, '.models') });
  await store.promote(NAME, 1, { alias: 'challenger' });
  place = join(runs, '.models', NAME, 'versions/1');
});
afterAll(() => rmSync(runs, { recursive: true, force: true }));
afterEach(() => {
  for (const [path, content] of restored.splice(0)) writeFileSync(path, content);
});

function change(path: string, change: (path: string) => void): void {
  restored.push([path, readFileSync(path)]);
  change(path);
}

async function holdfast(...args: string[]): Promise<string> {
  const program = new Command('holdfast').exitOverride().configureOutput({ writeErr: () => {} });
  addPredict(program);
  addValidate(program);
  let printed = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    await program.parseAsync(['node', 'holdfast', ...args, '--runs', runs, '--quiet']);
  } finally {
    spy.mockRestore();
  }
  return printed;
}
const validate = (uri: string, ...args: string[]) => holdfast('validate', '--model-uri', uri, ...args);

describe('holdfast validate --model-uri', () => {
  it('judges a version by number, alias, latest and address with the metrics of its run', async () => {
    const uris = [`models:/${NAME}/1`, `models:/${NAME}@challenger`, `models:/${NAME}/latest`];
    for (const uri of [...uris, pathToFileURL(join(place, 'model')).href, place, run]) {
      const verdict = JSON.parse(await validate(uri, '--thresholds', `rocAuc=${auc}`, '--split', 'test', '--json'));
      expect(verdict).toMatchObject({ run: uri, passed: true });
    }
  });

  it('refuses one below its thresholds: least values, or largest ones where less is better', async () => {
    const limits = (text: string) => validate(`models:/${NAME}/1`, '--thresholds', text, '--split', 'test');
    await limits('rocAuc=0.1,logLoss=5');
    await expect(limits(`rocAuc=${auc + 1e-9}`)).rejects.toThrow(ExitWith);
    await expect(limits('rocAuc=0.1,logLoss=0.01')).rejects.toThrow(ExitWith);
    const file = join(runs, 'gate.yaml');
    writeFileSync(file, 'metrics: { rocAuc: { min: 0.999 } }\n');
    await expect(limits(file)).rejects.toThrow(ExitWith);
  });

  it('refuses a version whose files were altered, to judge it and to predict', async () => {
    const uri = `models:/${NAME}@challenger`;
    const [pipeline] = readdirSync(join(place, 'preprocessing'));
    for (const file of ['model/model.lgb.txt', 'version.json', `preprocessing/${pipeline}`]) {
      change(join(place, file), (path) => appendFileSync(path, '}'));
      const error = await validate(uri, '--thresholds', 'rocAuc=0.1').catch((e: unknown) => e);
      expect(error).toBeInstanceOf(ModelFormatError);
      expect((error as Error).message).toContain(file.split('/').at(-1));
      await expect(holdfast('predict', '--model-uri', uri, '--data', 'rows.csv')).rejects.toThrow(ModelFormatError);
      for (const [path, content] of restored.splice(0)) writeFileSync(path, content);
    }
  });

  it('refuses a report that was made better than the version is', async () => {
    change(join(run, 'report.json'), (path) => {
      const report = JSON.parse(readFileSync(path, 'utf8'));
      report.metrics.splits.test.metrics.rocAuc = 0.99;
      writeFileSync(path, JSON.stringify(report));
    });
    await expect(validate(`models:/${NAME}/1`, '--thresholds', 'rocAuc=0.9', '--split', 'test')).rejects.toThrow(
      /report.json was altered: test.rocAuc/,
    );
  });

  it.each([
    ['no address of a model', 'models:/x', ConfigError],
    ['a way out of the store', 'models:/../1', InvalidInputError],
    ['a host', 'file://host/x', ConfigError],
    ['a place where there is none', '/nowhere', ConfigError],
    ['SQL, and a very long name', `models:/'; DROP TABLE x; --${'n'.repeat(10_000)}/1`, InvalidInputError],
    ['an unknown version', `models:/${NAME}/7`, InvalidInputError],
  ])('refuses %s', async (_what, uri, type) => {
    const error = await validate(uri, '--thresholds', 'rocAuc=0.1').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message.length).toBeLessThan(1000);
  });

  it('takes a run or an address, and limits or one file', async () => {
    await expect(validate(run, 'some-run', '--thresholds', 'rocAuc=0.1')).rejects.toThrow(/a run and --model-uri/);
    await expect(holdfast('validate', '--thresholds', 'rocAuc=0.1')).rejects.toThrow(/there is no run/);
    await expect(validate(run, '--thresholds', 'rocAuc=high')).rejects.toThrow(/no list of limits/);
    await expect(validate(run, '--thresholds', 'a.yaml', '--gate', 'b.yaml')).rejects.toThrow(/both name a file/);
  });
});

describe('holdfast predict --model-uri', () => {
  it('predicts with the version and its preprocessing', async () => {
    const file = join(runs, 'rows.csv');
    const rows = signalTable(20, 3).records();
    writeFileSync(
      file,
      ['fast,slow,noise', ...rows.map(({ fast, slow, noise }) => `${fast},${slow ?? ''},${noise}`)].join('\n'),
    );
    const uri = `models:/${NAME}@challenger`;
    const printed = await holdfast('predict', '--model-uri', uri, '--data', file, '--json');
    const predicted = JSON.parse(printed) as { probability_1: number }[];
    const { model, preprocessing } = await new ModelStore({ directory: join(runs, '.models') }).load(NAME, 1);
    const X = preprocessing?.transform(signalTable(20, 3));
    const { probabilities } = await model.predict(X as never);
    expect(predicted.map(({ probability_1 }) => Math.fround(probability_1))).toEqual(
      Array.from(probabilities?.column(1) ?? []),
    );
  });
});
