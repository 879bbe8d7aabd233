/** A process that starts a run and lives until it is killed. Arguments: options of the repository as JSON, the run's id. */
import { TrainingRunRepository } from '../../../src/tracking/repository/training-run-repository.js';

const repository = new TrainingRunRepository(JSON.parse(process.argv[2]));
await repository.start({ trainingRunId: process.argv[3], experimentId: 'killed', algorithmName: 'lightgbm' });
process.stdout.write('running\n');
setInterval(() => {}, 1000);
