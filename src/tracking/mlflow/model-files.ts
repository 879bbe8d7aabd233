/** A model's directory as MLflow has it: MLmodel, the model's file, what Python needs to open it, and an example. */
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { LIBRARY_VERSION } from '../../core/version.js';
import type { BaseModel } from '../../model/base-model.js';
import type { LogModelOptions } from '../tracker.js';
import { writeFlavor } from './flavor.js';
import { exampleOf, signatureOf } from './signature.js';

/** Version of the format of MLmodel that is written; every MLflow 2 and 3 reads it. */
const FORMAT = '2.10.0';
const PYTHON = '3.11';

/** Writes all files but the ids of run and model, which are known when it is sent. Returns the name of its flavor. */
export async function writeModelFiles(
  model: BaseModel,
  directory: string,
  { inputExample }: Pick<LogModelOptions, 'inputExample'> = {},
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const flavor = await writeFlavor(model, directory);
  const example = inputExample && exampleOf(model, inputExample);
  const requirements = ['mlflow>=2.10', 'numpy', 'pandas', ...flavor.requirements];
  const files: Record<string, string> = {
    'requirements.txt': `${requirements.join('\n')}\n`,
    'python_env.yaml': stringify({
      python: PYTHON,
      build_dependencies: ['pip'],
      dependencies: ['-r requirements.txt'],
    }),
    'conda.yaml': stringify({
      name: 'mlflow-env',
      channels: ['conda-forge'],
      dependencies: [`python=${PYTHON}`, 'pip', { pip: requirements }],
    }),
    ...example?.files,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  const signature = signatureOf(model, flavor);
  const description = {
    flavors: {
      [flavor.name]: flavor.entry,
      python_function: {
        loader_module: `mlflow.${flavor.name}`,
        data: flavor.data,
        env: { conda: 'conda.yaml', virtualenv: 'python_env.yaml' },
        python_version: `${PYTHON}.0`,
      },
    },
    metadata: {
      holdfast_version: LIBRARY_VERSION,
      model: model.info.name,
      task: model.task,
      ...(model.classes.length > 0 && { classes: [...model.classes] }),
    },
    mlflow_version: FORMAT,
    model_size_bytes: await sizeOf(directory),
    ...(example && { saved_input_example_info: example.info }),
    ...(signature && { signature, is_signature_from_type_hint: false, type_hint_from_example: false }),
    utc_time_created: new Date().toISOString().replace('T', ' ').replace('Z', '000'),
  };
  await writeFile(join(directory, 'MLmodel'), stringify(description, { lineWidth: 0 }));
  return flavor.name;
}

async function sizeOf(directory: string): Promise<number> {
  let size = 0;
  for (const name of await readdir(directory)) size += (await stat(join(directory, name))).size;
  return size;
}
