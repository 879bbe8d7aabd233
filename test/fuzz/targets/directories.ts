/** Directories of files: a saved model with its checksums, a model store, the directory of a run. */
import { join } from 'node:path';
import { registerBuiltins } from '../../../src/builtin.js';
import { listRuns } from '../../../src/cli/runs.js';
import { openRun } from '../../../src/cli/saved-run.js';
import { canonicalJson, sha256 } from '../../../src/core/hash.js';
import { loadModel } from '../../../src/model/registry.js';
import { ModelStore } from '../../../src/tracking/model-store/model-store.js';
import { bytesOf, writeDocument } from '../files.js';
import { seedsIn } from '../seeds.js';
import type { Target } from '../target.js';
import { behaves } from './behaves.js';

type Files = Record<string, unknown>;

function filesOf(input: Uint8Array): Files {
  try {
    const files: unknown = JSON.parse(Buffer.from(input).toString());
    return files !== null && typeof files === 'object' ? (files as Files) : {};
  } catch {
    return {};
  }
}

/** A JSON text with the checksum that it should have, and those of the files that it lists; as it is where it cannot. */
function resigned(text: unknown, prefix: string, files: Files): unknown {
  try {
    const { checksum: _old, ...body } = JSON.parse(bytesOf(text).toString());
    for (const [name, entry] of Object.entries(body.files ?? {})) {
      const content = Object.hasOwn(files, prefix + name) ? bytesOf(files[prefix + name]) : undefined;
      if (content && entry && typeof entry === 'object')
        Object.assign(entry, { sha256: sha256(content), bytes: content.byteLength });
    }
    return JSON.stringify({ ...body, checksum: sha256(canonicalJson(body)) });
  } catch {
    return text;
  }
}

/** Checksums made right for files of these names, the inner ones first; not for one case in eight. */
function withChecksums(input: Uint8Array, names: RegExp): Files {
  const files = filesOf(input);
  if (input.length % 8 === 0) return files;
  for (const path of Object.keys(files).sort((a, b) => b.split('/').length - a.split('/').length || (a < b ? -1 : 1))) {
    if (names.test(path)) files[path] = resigned(files[path], path.slice(0, path.lastIndexOf('/') + 1), files);
  }
  return files;
}

export const DIRECTORIES: readonly Target[] = [
  {
    name: 'model-directory',
    reads: 'directories of saved models: names, sizes and checksums of their files',
    kind: 'json',
    seeds: async () => seedsIn('model-directory'),
    async run(input, directory) {
      registerBuiltins();
      // Loading looks beside the directory for what an interrupted save left.
      const place = join(directory, 'model');
      writeDocument(place, withChecksums(input, /^model\.json$/));
      await behaves(await loadModel(place));
    },
  },
  {
    name: 'model-store',
    reads: 'model stores: versions, aliases, lineage',
    kind: 'json',
    seeds: async () => seedsIn('model-store'),
    async run(input, directory) {
      registerBuiltins();
      writeDocument(directory, withChecksums(input, /(model|version|\d{8})\.json$/));
      const store = new ModelStore({ directory });
      await store.history('es', 'production');
      const { model } = await store.load('es', 'production');
      await behaves(model);
      await store.list('es');
      await store.collectGarbage('es', { keepLatest: 1, dryRun: true });
    },
  },
  {
    name: 'run-directory',
    reads: 'directories of runs, as the command line opens them',
    kind: 'json',
    seeds: async () => seedsIn('run-directory'),
    async run(input, directory) {
      registerBuiltins();
      writeDocument(directory, withChecksums(input, /(^|\/)model\.json$/));
      await listRuns(directory);
      const { model } = await openRun(join(directory, 'run'));
      await behaves(model);
    },
  },
];
