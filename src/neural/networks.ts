/** The networks by the names of their models: what a training job, which is given names and numbers only, builds its graph with. */
import type { Network } from './network.js';
import type { TrainingSettings } from './training/config.js';

type Loader = () => Promise<Network<TrainingSettings>>;

const NETWORKS: Readonly<Record<string, Loader>> = {
  cnn1d: async () => (await import('./cnn1d/network.js')).cnn1dNetwork as unknown as Network<TrainingSettings>,
  gru: async () => (await import('./gru/network.js')).gruNetwork as unknown as Network<TrainingSettings>,
  hybrid: async () => (await import('./hybrid/network.js')).hybridNetwork as unknown as Network<TrainingSettings>,
  lstm: async () => (await import('./lstm/network.js')).lstmNetwork as unknown as Network<TrainingSettings>,
  tcn: async () => (await import('./tcn/network.js')).tcnNetwork as unknown as Network<TrainingSettings>,
  transformer: async () =>
    (await import('./transformer/network.js')).transformerNetwork as unknown as Network<TrainingSettings>,
};

export function networkOf(name: string): Promise<Network<TrainingSettings>> {
  return NETWORKS[name]();
}
