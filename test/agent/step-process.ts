/** A process that runs an agent and is killed in the step that it is told. Arguments: directory, step ('' for none). */
import { agentSteps, ModelTrainerAgent, STEPS, type Step } from '../../src/agent/index.js';
import { SPLIT, signalTable } from './data.js';

const [directory, killedIn] = process.argv.slice(2);
const steps = Object.fromEntries(
  STEPS.map((name): [string, Step] => [
    name,
    async (run) => {
      const done = await agentSteps[name](run);
      if (name === killedIn) process.kill(process.pid, 'SIGKILL');
      return done;
    },
  ]),
);
const out = await new ModelTrainerAgent({
  ...{ runsDirectory: directory, repository: false, trials: 2, threads: 1, steps },
  evaluation: { bootstrap: { samples: 20 } },
}).execute({
  ...{ runId: 'killed', experimentId: 'tests', data: signalTable(600), split: SPLIT },
  modelCandidate: { name: 'lightgbm', config: { numIterations: 5 }, space: { numLeaves: [3, 7] } },
});
console.log(JSON.stringify({ status: out.status, steps: out.steps?.map(({ name, text }) => [name, text]) }));
