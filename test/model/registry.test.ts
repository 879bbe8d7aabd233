import { describe, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { InvalidInputError } from '../../src/core/errors.js';
import { ModelRegistry, registerModel } from '../../src/model/registry.js';
import { CentroidModel } from './centroid.js';

registerBuiltins();

describe('ModelRegistry', () => {
  it('lists built-in models with family, complexity and GPU capability from families.yaml', () => {
    const names = ModelRegistry.list().map((info) => info.name);
    expect(names).toEqual(expect.arrayContaining(['lightgbm', 'logistic']));
    expect(ModelRegistry.list({ family: 'boosting' }).map((i) => i.name)).toEqual(
      expect.arrayContaining(['catboost', 'lightgbm', 'xgboost']),
    );
    expect(ModelRegistry.list({ family: 'boosting' }).find(({ name }) => name === 'lightgbm')).toMatchObject({
      inputMode: 'features',
      complexity: 'low',
      gpuCapable: false,
    });
    expect(ModelRegistry.family('logistic')).toBe('classical');
  });

  it('loads the class of a name', async () => {
    expect((await ModelRegistry.get('lightgbm')).name).toBe('LightGBMModel');
  });

  it('names the nearest model for an unknown name', async () => {
    const error = await ModelRegistry.get('lightgmb').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).hint).toContain("'lightgbm'");
    expect(() => ModelRegistry.family('nothing_like_it')).toThrow(InvalidInputError);
  });

  it('takes models by decorator', async () => {
    // Called as a function: the test runner's compiler leaves decorator syntax as it is (examples/03 uses the syntax itself).
    class MyModel extends CentroidModel {}
    registerModel({ name: 'my_centroid', family: 'custom' })(MyModel);
    expect(await ModelRegistry.get('my_centroid')).toBe(MyModel);
    expect(new MyModel().info).toMatchObject({ name: 'my_centroid', family: 'custom' });
    expect(ModelRegistry.list({ family: 'custom' }).map((i) => i.name)).toContain('my_centroid');
  });

  it('does not let another family take a name', () => {
    expect(() =>
      ModelRegistry.register({ name: 'lightgbm', family: 'custom', load: async () => CentroidModel as never }),
    ).toThrow(InvalidInputError);
    expect(() =>
      ModelRegistry.register({ name: '../x', family: 'custom', load: async () => CentroidModel as never }),
    ).toThrow(InvalidInputError);
  });
});
