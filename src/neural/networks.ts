/** The networks by the names of their models: what a training job, which is given names and numbers only, builds its graph with. */
import type { Network } from './network.js';
import type { TrainingSettings } from './training/config.js';

type Loader = () => Promise<Network<TrainingSettings>>;

const NETWORKS: Readonly<Record<string, Loader>> = {
  lstm: async () => (await import('./lstm/network.js')).lstmNetwork as unknown as Network<TrainingSettings>,
  gru: async () => (await import('./gru/network.js')).gruNetwork as unknown as Network<TrainingSettings>,
};

export function networkOf(name: string): Promise<Network<TrainingSettings>> {
  return NETWORKS[name]();
}
