/** Where the runs lie: as asked, else as training.yaml says. */
import { resolve } from 'node:path';
import { loadTrainingConfig } from '../model/config-files.js';

export async function runsOf({ runs, trainingConfig }: { runs?: string; trainingConfig?: string }): Promise<string> {
  return resolve(runs ?? (await loadTrainingConfig(trainingConfig)).runsDirectory);
}
