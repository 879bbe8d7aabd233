/** What a model says it is, and its config. */
import { ModelRegistry } from '../model/registry.js';
import { assert } from './assertions.js';
import type { Promised } from './promise.js';

const MODES = ['features', 'sequence', 'hybrid'];
const COMPLEXITIES = ['low', 'medium', 'high'];

const asJson = (value: unknown): string => JSON.stringify(value);

export const IDENTITY: readonly Promised[] = [
  {
    name: 'info is complete',
    check: async (s) => {
      const { name, family, inputMode, tasks, capabilities, complexity, gpuCapable } = s.make().info;
      assert(name !== '' && family !== '', 'it has no name or no family');
      assert(MODES.includes(inputMode) && COMPLEXITIES.includes(complexity), `${inputMode}, ${complexity}`);
      assert(tasks.length > 0 && tasks.includes(s.task), `tasks ${tasks.join(', ')}`);
      const flags = [...Object.values(capabilities), gpuCapable];
      assert(flags.length === 5 && flags.every((flag) => typeof flag === 'boolean'), 'a capability is not yes or no');
    },
  },
  {
    name: 'the registry finds the class by its name and says the same of it',
    check: async (s) => {
      const { name } = s.info;
      assert(ModelRegistry.has(name), `no model '${name}' is registered`);
      assert((await ModelRegistry.get(name)) === s.original, `'${name}' is another class`);
      assert(asJson(sorted(ModelRegistry.describe(name))) === asJson(sorted(s.info)), 'the registry says other things');
    },
  },
  {
    name: 'it can be made without a config, and for each of its tasks',
    check: async (s) => {
      new s.model();
      const made = new s.model({ task: s.task });
      assert(made.task === s.task, `made for '${s.task}', it is for '${made.task}'`);
      assert(!made.isFitted, 'it is fitted before fit');
    },
  },
  {
    name: 'the config is frozen, and a copy of what was given',
    check: async (s) => {
      const given = { ...s.make().config } as Record<string, unknown>;
      const model = new s.model(given);
      assert(Object.isFrozen(model.config), 'the config can be changed');
      const before = asJson(model.config);
      given.task = 'changed';
      assert(asJson(model.config) === before, 'changing the given object changes the config');
      assert((await s.shared()).config !== model.config, 'two objects share a config');
    },
  },
  {
    name: 'training does not change the config',
    check: async (s) => assert(asJson((await s.shared()).config) === asJson(s.make().config), 'fit changed the config'),
  },
  {
    name: 'a config makes the same config again, through JSON too',
    check: async (s) => {
      const { config } = s.make();
      assert(asJson(new s.model(config).config) === asJson(config), 'made from its config, it has another one');
      assert(asJson(new s.model(JSON.parse(asJson(config))).config) === asJson(config), 'JSON changes the config');
    },
  },
  {
    name: 'it says whether it takes sequences',
    check: async (s) => {
      const { supportsSequenceInput, info } = s.make();
      assert(supportsSequenceInput === (info.inputMode !== 'features'), `${supportsSequenceInput}, ${info.inputMode}`);
    },
  },
];

const sorted = (value: object): object =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
