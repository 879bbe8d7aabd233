/** Compares a model here with its ONNX file in onnxruntime: labels equal, probabilities and values to 1e-5. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { BaseModel } from '../../src/model/base-model.js';
import type { ModelInput } from '../../src/model/types.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./onnx_peer.py', import.meta.url));

interface Output {
  type: string;
  shape: number[];
  values: number[];
}
export interface OnnxAnswer {
  outputs: Record<string, Output>;
  single: Record<string, Output>[];
  operators: string[];
  metadata: Record<string, string>;
}

/** Largest difference, relative to the larger of 1 and the value. */
function worst(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(actual.length).toBe(wanted.length);
  let result = 0;
  for (let i = 0; i < actual.length; i++) {
    expect(Number.isFinite(actual[i])).toBe(true);
    result = Math.max(result, Math.abs(actual[i] - wanted[i]) / Math.max(1, Math.abs(wanted[i])));
  }
  return result;
}

/** Exports to `directory`, runs the rows of `X` in onnxruntime, whole and one at a time, and compares; returns what onnxruntime said. */
export async function expectSameInOnnxruntime(
  model: BaseModel,
  X: number[][] | number[][][] | { features: number[][]; sequences: number[][][] },
  directory: string,
  tolerance = 1e-5,
): Promise<OnnxAnswer> {
  const rows = 'sequences' in X ? X.sequences : X;
  const file = join(directory, `${Math.floor(performance.now() * 1000)}.onnx`);
  await model.exportOnnx(file);
  const answer = (await runPython(script, { file, X })) as OnnxAnswer;
  const ours = await model.predict(X as ModelInput);
  const { outputs } = answer;
  if (ours.probabilities) {
    expect(Object.keys(outputs)).toEqual(['label', 'probabilities']);
    expect(outputs.probabilities.shape).toEqual([rows.length, ours.classes.length]);
    expect(worst(outputs.probabilities.values, ours.probabilities.data)).toBeLessThan(tolerance);
    expect(outputs.label.values).toEqual(likeliest(outputs.probabilities.values, ours.classes));
    expect(outputs.label.type).toBe(ours.classes.every(Number.isInteger) ? 'tensor(int64)' : 'tensor(float)');
  } else {
    expect(Object.keys(outputs)).toEqual(['variable']);
    expect(outputs.variable.shape).toEqual([rows.length, 1]);
    expect(worst(outputs.variable.values, ours.predictions)).toBeLessThan(tolerance);
  }
  answer.single.forEach((single, i) => {
    for (const [name, { values }] of Object.entries(single)) {
      const width = outputs[name].values.length / rows.length;
      // onnxruntime adds trees in another order for one row.
      expect(worst(values, outputs[name].values.slice(i * width, (i + 1) * width))).toBeLessThan(1e-5);
    }
  });
  expect(JSON.parse(answer.metadata.feature_names)).toEqual(model.featureNames);
  return answer;
}

function likeliest(probabilities: number[], classes: readonly number[]): number[] {
  const k = classes.length;
  return Array.from({ length: probabilities.length / k }, (_, i) => {
    const row = probabilities.slice(i * k, (i + 1) * k);
    return Math.fround(classes[row.indexOf(Math.max(...row))]);
  });
}
