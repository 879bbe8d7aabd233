/** Settings and documents: YAML of configurations, experiments, gates and handoffs; contracts; reports of evaluations. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registerBuiltins } from '../../../src/builtin.js';
import { HoldfastError } from '../../../src/core/errors.js';
import { parseContract, qcReportContract } from '../../../src/data/contracts.js';
import { gateOptions } from '../../../src/evaluation/gate-options.js';
import { validationMetricsContract } from '../../../src/evaluation/validation-metrics-contract.js';
import { loadExperiment, loadTrainingConfig, modelParameters } from '../../../src/model/config-files.js';
import { ModelRegistry } from '../../../src/model/registry.js';
import { readYaml } from '../../../src/model/yaml.js';
import { resolveOptions } from '../../../src/preprocessing/options.js';
import { seedsIn } from '../seeds.js';
import type { Target } from '../target.js';

type Read = (file: string) => Promise<unknown>;

/** A YAML file by each of the readers that users' files come to. */
const YAML: readonly [name: string, reads: string, read: Read][] = [
  ['yaml-training', 'training.yaml', (file) => loadTrainingConfig(file)],
  [
    'yaml-experiment',
    'experiment files and the preprocessing in them',
    async (file) => resolveOptions((await loadExperiment(file)).preprocessing ?? {}),
  ],
  [
    'yaml-model',
    'configurations of models',
    async (file) => {
      registerBuiltins();
      const config = await modelParameters('lightgbm', { file, variant: 'conservative' });
      new (await ModelRegistry.get('lightgbm'))(config as never);
    },
  ],
  ['yaml-gate', 'requirements of gates, thresholds', (file) => readYaml(file, gateOptions, 'gate')],
];

const CONTRACTS = [
  'modelCandidate',
  'trainingData',
  'predictions',
  'trainingMetrics',
  'metrics',
  'trainedModel',
  'handoff',
] as const;

export const DOCUMENTS: readonly Target[] = [
  ...YAML.map(
    ([name, reads, read]): Target => ({
      name,
      reads,
      kind: 'text',
      seeds: async () => seedsIn(name),
      async run(input, directory) {
        const file = join(directory, 'settings.yaml');
        writeFileSync(file, input);
        await read(file);
      },
    }),
  ),
  {
    name: 'contracts',
    reads: 'messages by their contracts: handoff, quality report, metrics, candidates, predictions',
    kind: 'json',
    seeds: async () => seedsIn('contracts'),
    run(input) {
      let value: unknown;
      try {
        value = JSON.parse(Buffer.from(input).toString());
      } catch {
        return;
      }
      let refused: unknown;
      const all = [
        ...CONTRACTS.map((name) => () => parseContract(name, value)),
        () => qcReportContract.parse(value, 'report'),
        () => validationMetricsContract.parse(value, 'metrics'),
      ];
      for (const parse of all) {
        try {
          parse();
          return;
        } catch (error) {
          if (!(error instanceof HoldfastError)) throw error;
          refused = error;
        }
      }
      throw refused;
    },
  },
];
