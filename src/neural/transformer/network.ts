/** The layers of `transformer`: an encoder of self-attention and feed-forward layers (Vaswani et al., 2017) over projected steps. */
import { attention } from '../graph/fused/attention.js';
import type { Value } from '../graph/graph.js';
import { glorotUniform, zeroValues } from '../graph/initialisers.js';
import { add } from '../graph/operators/add.js';
import { dropout } from '../graph/operators/dropout.js';
import { gelu } from '../graph/operators/gelu.js';
import { relu } from '../graph/operators/relu.js';
import { reshape } from '../graph/operators/reshape.js';
import { split } from '../graph/operators/split.js';
import { transpose } from '../graph/operators/transpose.js';
import { dense } from '../layers/dense.js';
import { normalised } from '../layers/normalisation.js';
import { pool } from '../layers/pooling.js';
import { positionTable } from '../layers/positions.js';
import type { Network } from '../network.js';
import type { TransformerSettings } from './config.js';

/** x (batch, steps, channels) to (batch, hiddenSize). */
function encode(x: Value, settings: TransformerSettings): Value {
  const { hiddenSize, numLayers, preNorm, positions, dropout: rate, pooling } = settings;
  const table = positionTable(x.graph, positions, x.shape[1], hiddenSize);
  const projected = dense(x, 'input', hiddenSize);
  let hidden = dropout(table ? add(projected, table) : projected, rate);
  for (let k = 0; k < numLayers; k++) {
    for (const [part, layer] of [
      ['attention', attended],
      ['feedForward', fed],
    ] as const) {
      const name = `layer${k}.${part}`;
      const inner = (value: Value) => dropout(layer(value, name, settings), rate);
      hidden = preNorm
        ? add(hidden, inner(normalised(hidden, `${name}.norm`)))
        : normalised(add(hidden, inner(hidden)), `${name}.norm`);
    }
  }
  return pool(preNorm ? normalised(hidden, 'norm') : hidden, 1, pooling, 'pooling');
}

function attended(x: Value, name: string, { hiddenSize, numHeads, causal }: TransformerSettings): Value {
  const [batch, steps] = x.shape;
  const projected = dense(x, `${name}.projection`, 3 * hiddenSize, { weight: glorotUniform, bias: zeroValues });
  const byHead = reshape(projected, [batch, steps, 3 * numHeads, hiddenSize / numHeads]);
  const [queries, keys, values] = split(transpose(byHead, [0, 2, 1, 3]), 1, [numHeads, numHeads, numHeads]);
  const seen = transpose(attention(queries, keys, values, { causal }), [0, 2, 1, 3]);
  return dense(reshape(seen, [batch, steps, hiddenSize]), `${name}.output`, hiddenSize, { bias: zeroValues });
}

function fed(
  x: Value,
  name: string,
  { hiddenSize, feedForwardSize, activation, dropout: rate }: TransformerSettings,
): Value {
  const inner = dense(x, `${name}.inner`, feedForwardSize);
  return dense(dropout(activation === 'gelu' ? gelu(inner) : relu(inner), rate), `${name}.outer`, hiddenSize);
}

export const transformerNetwork: Network<TransformerSettings> = {
  layout: 'batch',
  build: (_, { x }, { outputs }, settings) => dense(encode(x, settings), 'output', outputs),
};
