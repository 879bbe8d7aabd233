/** One process of a cluster: `node --import tsx cluster-member.ts member.json` trains and writes member.json.result. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseModel } from '../../src/boosting/lightgbm/format-reader.js';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import type { Member, MemberResult } from './cluster.js';
import { fromPythonJson, toPythonJson } from './python.js';

const file = process.argv[2];
const { config, X, y, T } = fromPythonJson(readFileSync(file, 'utf8')) as Member;
const model = new LightGBMModel(config);
await model.fit({ X, y }, { threads: 1, seed: 1 });
await model.exportNative(`${file}.txt`);
const [tree] = parseModel(readFileSync(`${file}.txt`, 'utf8')).ensemble.trees;
const result: MemberResult = { scores: [...(await model.predictScores(T))], rowsOfRoot: tree.internalCount[0] };
writeFileSync(`${file}.result`, toPythonJson(result));
