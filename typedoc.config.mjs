// The documentation site: every entry point of the package, and the guides. `npm run docs` writes it to docs-site/.
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const entries = Object.values(manifest.exports)
  .map((target) => target.default)
  .filter((file) => file !== undefined);

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'holdfast',
  entryPoints: entries.map((file) => file.replace('./dist/', 'src/').replace(/\.js$/, '.ts')),
  projectDocuments: ['docs/*.md', 'docs/models/*.md', 'CHANGELOG.md', 'CONTRIBUTING.md'],
  plugin: ['./scripts/docs/titles.mjs'],
  out: 'docs-site',
  tsconfig: 'tsconfig.build.json',
  // `tsc` has checked the types already.
  skipErrorChecking: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeProtected: false,
  disableSources: true,
  disableGit: true,
  includeVersion: true,
  includeHierarchySummary: false,
  hideGenerator: true,
  highlightLanguages: ['typescript', 'javascript', 'python', 'bash', 'sh', 'json', 'yaml', 'html', 'css'],
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
  // They compute keys of a documented type, or are the values that it is inferred from: nobody has to name them.
  intentionallyNotExported: [
    ...['catboost', 'lightgbm', 'xgboost'].flatMap((name) => [
      `boosting/${name}/aliases.ts:AliasOf`,
      `boosting/${name}/aliases.ts:ParameterName`,
    ]),
    'boosting/catboost/other-parameters.ts:WithoutEffect',
    'boosting/lightgbm/config.ts:Filled',
    'boosting/lightgbm/config.ts:Optional',
    'boosting/lightgbm/config.ts:TrainerOnly',
    'boosting/lightgbm/limits.ts:OptionalLimit',
    'boosting/lightgbm/objective.ts:TRAINABLE',
    'boosting/xgboost/config.ts:DEFAULTS',
    'classical/logistic/config.ts:Aliases',
    'classical/random-forest/config.ts:Aliases',
    'classical/svm/config.ts:Aliases',
    'core/schema.ts:SchemaInput',
    'core/schema.ts:SchemaOutput',
    'data/contracts.ts:CONTRACTS',
    'evaluation/evaluate.ts:CLASSIFICATION_METRICS',
    'evaluation/evaluate.ts:REGRESSION_METRICS',
    'evaluation/gate-options.ts:gateOptions',
    'metrics/optimal-threshold.ts:CRITERIA',
    'model/config-files.ts:trainingSchema',
    'model/onnx/graph.ts:ELEMENT_TYPES',
  ],
  requiredToBeDocumented: ['Enum', 'Variable', 'Function', 'Class', 'Interface', 'TypeAlias'],
};
