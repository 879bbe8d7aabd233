/**
 * A process that runs an agent and is killed at the point that it is told. Arguments: directory, 'embedded' or 'none' (the repository), the
 * point: `{step}:before`, `{step}:after`, 'look' (the test set has been claimed), or a number: at that change of the file system; and
 * the address of an MLflow server, or nothing.
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { agentSteps, ModelTrainerAgent, STEPS, type Step } from '../../src/agent/index.js';
import { TestSetGuard } from '../../src/splits/test-guard.js';
import { killedState, killedTracker, OPTIONS } from './killed-run.js';

const [directory, repository, point, trackingUri] = process.argv.slice(2);
const die = (): void => void process.kill(process.pid, 'SIGKILL');

if (point === 'look') {
  TestSetGuard.prototype.evaluate = async function (run, evaluate) {
    await this.claim(run);
    die();
    return evaluate();
  };
}

/** What changes files; reading them is no point to be killed at. */
const CHANGES = ['rename', 'mkdir', 'rm', 'writeFile', 'appendFile', 'copyFile', 'open', 'link'] as const;
const at = Number(point);
let changes = 0;
const original = { ...fs };
for (const name of CHANGES) {
  const change = original[name] as (...given: unknown[]) => Promise<unknown>;
  Object.assign(fs, {
    [name]: (...given: unknown[]) => {
      const reads = name === 'open' && (given[1] === undefined || given[1] === 'r');
      if (!reads && ++changes === at) die();
      return change(...given);
    },
  });
}
syncBuiltinESMExports();

const steps = Object.fromEntries(
  STEPS.map((name): [string, Step] => [
    name,
    async (run) => {
      if (point === `${name}:before`) die();
      const done = await agentSteps[name](run);
      if (point === `${name}:after`) die();
      return done;
    },
  ]),
);
await new ModelTrainerAgent({
  ...{ ...OPTIONS, runsDirectory: directory, steps },
  ...(repository === 'none' && { repository: false as const }),
  ...(trackingUri !== undefined && { tracker: killedTracker(trackingUri) }),
}).execute(killedState());
console.log(changes);
