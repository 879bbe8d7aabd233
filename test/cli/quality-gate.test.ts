/** The gate of data quality on the command line: FAILED ends with 3 before anything is written, an override and a WARNING are recorded. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { holdfast } from './command.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-cli-qc-'));
  const random = new Random(1);
  const rows = Array.from({ length: 400 }, () => {
    const [a, b] = [random.normal(), random.normal()];
    return [a.toFixed(4), b.toFixed(4), a + b + random.normal() > 0 ? 1 : 0];
  });
  const csv = (lines: (string | number)[][]) => lines.map((line) => `${line.join(',')}\n`).join('');
  await writeFile(join(directory, 'rows.csv'), `a,b,target\n${csv(rows)}`);
  // The label once more as a feature: an error of the report that is made of the file.
  await writeFile(join(directory, 'leak.csv'), `a,b,c,target\n${csv(rows.map(([a, b, y]) => [a, b, y, y]))}`);
  const report = (status: string, severity: string) => ({
    ...{ status, score: 0.5, rowCount: 400, columnCount: 3 },
    findings: [{ code: 'TIME_GAPS', severity, message: 'there are gaps' }],
  });
  await writeFile(join(directory, 'failed.json'), JSON.stringify(report('FAILED', 'error')));
  await writeFile(
    join(directory, 'warning.yaml'),
    'status: WARNING\nscore: 0.95\nrowCount: 400\ncolumnCount: 3\nfindings: [{ code: TIME_GAPS, severity: warning, message: there are gaps }]\n',
  );
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const run = (...args: string[]) => holdfast(directory, ...args);
const data = ['--data', 'rows.csv', '--label', 'target', '--runs', 'runs'];
const written = () => readdir(join(directory, 'runs')).catch((): string[] => []);

describe('the quality gate of the command line', () => {
  it.each([
    ['train', '--model', 'logistic'],
    ['compare', '--models', 'logistic,ridge'],
    ['tune', '--model', 'logistic'],
  ])('%s: FAILED is refused with 3, and nothing is left', async (...command) => {
    const { code, stdout, stderr } = await run(...command, ...data, '--qc', 'failed.json', '--json');
    expect(code).toBe(3);
    expect(stderr).toContain('there are gaps');
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'QC_GATE_BLOCKED', details: { status: 'FAILED' } });
    expect(await written()).toEqual([]);
  });

  it('makes the report of the file where none is given', async () => {
    const leak = ['--data', 'leak.csv', '--label', 'target', '--runs', 'runs'];
    const refused = await run('train', '--model', 'logistic', ...leak);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("Column 'c' is the label itself");
    // Named features alone are judged.
    const passed = await run('train', '--model', 'logistic', ...leak, '--features', 'a,b', '--json');
    expect(passed.code).toBe(0);
    expect(JSON.parse(passed.stdout).qc.status).toBe('PASSED');
  });

  it('goes on with an override, and records it in the report of the run', async () => {
    const override = ['--qc', 'failed.json', '--qc-override', 'gaps are holidays'];
    const { code, stdout } = await run('train', '--model', 'logistic', ...data, ...override, '--json');
    expect(code).toBe(0);
    const { runId, qc } = JSON.parse(stdout);
    expect(qc.override).toEqual({ reason: 'gaps are holidays' });
    const report = JSON.parse(await readFile(join(directory, 'runs', runId, 'report.json'), 'utf8'));
    expect(report.warnings.join()).toContain('because: gaps are holidays');
  });

  it('takes the gate of an experiment file; a comparison and a tuning record the warning', async () => {
    const file = (rest: string) =>
      writeFile(
        join(directory, 'experiment.yaml'),
        `name: gated\ndata: { path: ${join(directory, 'rows.csv')}, label: target }\nmodels: [logistic]\n${rest}`,
      );
    await file(`qc: { report: ${join(directory, 'warning.yaml')} }\n`);
    const compared = await run('compare', '--config', 'experiment.yaml', '--runs', 'runs', '--json');
    expect(JSON.parse(compared.stdout).qc).toMatchObject({ status: 'WARNING', findings: ['there are gaps'] });
    const tuned = await run('tune', '--config', 'experiment.yaml', '--runs', 'runs', '--trials', '1');
    expect(tuned.stdout).toContain('warning: Data quality: there are gaps');
    await file(`qc: { report: ${join(directory, 'failed.json')}, override: { reason: '' } }\n`);
    expect((await run('train', '--config', 'experiment.yaml', '--runs', 'runs')).code).toBe(2);
  });

  it('logs to stderr where it is asked to, beside the result', async () => {
    const { code, stdout, stderr } = await run('train', '--model', 'logistic', ...data, '--json', '--log-json');
    expect(code).toBe(0);
    const { runId } = JSON.parse(stdout);
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ message }) => message)).toEqual(['training begins', 'training ended']);
    expect(lines[0]).toMatchObject({ level: 'info', fields: { run: runId, model: 'logistic' } });
    expect((await run('train', ...data, '--log-level', 'loud')).code).toBe(2);
  });

  it('says which line of a report is none', async () => {
    await writeFile(join(directory, 'broken.json'), '{ "status": "FINE", "score": 1 }');
    const { code, stderr } = await run('train', '--model', 'logistic', ...data, '--qc', 'broken.json');
    expect(code).toBe(2);
    expect(stderr).toContain('broken.json:1');
  });
});
