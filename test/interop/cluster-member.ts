/** One process of a cluster: `node --import tsx cluster-member.ts member.json` trains and writes member.json.result. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseModel } from '../../src/boosting/lightgbm/format-reader.js';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { readModel } from '../../src/boosting/xgboost/format-reader.js';
import { XGBoostModel } from '../../src/boosting/xgboost/model.js';
import type { Member, MemberResult } from './cluster.js';
import { fromPythonJson, toPythonJson } from './python.js';

const file = process.argv[2];
const { library, config, X, y, T } = fromPythonJson(readFileSync(file, 'utf8')) as Member;
const model = library === 'lightgbm' ? new LightGBMModel(config) : new XGBoostModel(config);
await model.fit({ X, y }, { threads: 1, seed: 1 });
await model.exportNative(`${file}.model`);
const bytes = readFileSync(`${file}.model`);
const [tree] = (library === 'lightgbm' ? parseModel(bytes.toString()) : readModel(bytes)).ensemble.trees;
const result: MemberResult = {
  scores: [...(await model.predictScores(T))],
  // XGBoost keeps sums of hessians only: with squared errors that is the number of rows.
  rowsOfRoot: library === 'lightgbm' ? tree.internalCount[0] : tree.internalWeight[0],
};
writeFileSync(`${file}.result`, toPythonJson(result));
