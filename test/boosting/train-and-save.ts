/** Trains the model of checkpoint.test.ts in the directory given and prints the SHA-256 of its export; killed at any moment by the test. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { sha256 } from '../../src/core/hash.js';
import { configs, type Kind, rowsOf } from './checkpoint-cases.js';

const [directory = '', kind = 'plain'] = process.argv.slice(2);
const model = new LightGBMModel(configs[kind as Kind]);
await model.fit(rowsOf(kind as Kind), { checkpointDirectory: directory });
const file = join(directory, `${kind}.txt`);
await model.exportNative(file);
process.stdout.write(`${sha256(await readFile(file))}\n`);
await rm(file);
