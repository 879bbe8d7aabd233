/** Run by node:test; see node-test.test.ts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkModelIn, FakeModel, makeClassification } from '../../src/testing/index.js';
import { Toy } from './toy.js';

checkModelIn({ describe, it }, Toy as never);

it('a fake answers', async () => {
  const fake = new FakeModel({ probabilities: [0.1, 0.9] });
  await fake.fit(makeClassification({ rows: 20 }));
  assert.deepEqual([...(await fake.predict([[1, 2, 3, 4, 5]])).predictions], [1]);
});
