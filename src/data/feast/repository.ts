/** A local Feast repository: its feature_store.yaml, and the registry file that this names. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError, InvalidInputError } from '../../core/errors.js';
import { messageOf } from '../../core/text.js';
import { type Registry, readRegistry } from './registry.js';

export interface Repository extends Registry {
  readonly project: string;
}

const DESCRIBE = 'Give the feature views to `new FeastFeatureStore({ views })` instead.';

/**
 * @throws InvalidInputError - a file that is not there or cannot be read
 * @throws ConfigError - a feature_store.yaml without a project, or with a registry that is no local file
 */
export async function readRepository(directory: string): Promise<Repository> {
  const settingsFile = join(directory, 'feature_store.yaml');
  const text = await contents(settingsFile, 'Pass the directory of feature_store.yaml.');
  const { project, registry } = await settings(text.toString('utf8'), settingsFile);
  const file = resolve(directory, registry);
  const found = readRegistry(
    await contents(file, 'Run `feast apply` in the repository: it writes the registry.'),
    project,
    file,
  );
  if (found.views.length === 0) {
    throw new InvalidInputError(`${file}: project '${project}' has no feature view over a Parquet file`, {
      hint: found.unreadable.size > 0 ? reasons(found.unreadable) : 'Run `feast apply` in the repository.',
      details: { file, project },
    });
  }
  return { project, ...found };
}

const reasons = (unreadable: ReadonlyMap<string, string>): string =>
  [...unreadable].map(([view, reason]) => `${view}: ${reason}.`).join(' ');

async function contents(file: string, hint: string): Promise<Buffer> {
  return readFile(file).catch((error) => {
    throw new InvalidInputError(`${file} cannot be read: ${messageOf(error)}`, {
      hint,
      details: { file },
      cause: error,
    });
  });
}

async function settings(text: string, file: string): Promise<{ project: string; registry: string }> {
  const { parse } = await import('yaml');
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (error) {
    throw new ConfigError(`${file}: ${messageOf(error)}`, {
      hint: 'Correct the YAML.',
      details: { file },
      cause: error,
    });
  }
  const { project, registry } = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Record<
    string,
    unknown
  >;
  if (typeof project !== 'string' || project === '')
    throw new ConfigError(`${file} names no project`, { hint: 'A line such as `project: shop`.', details: { file } });
  const given =
    typeof registry === 'object' && registry !== null ? (registry as Record<string, unknown>) : { path: registry };
  const type = given.registry_type ?? 'file';
  if (type !== 'file')
    throw new ConfigError(`${file}: a registry of type '${String(type)}' is not read`, {
      hint: DESCRIBE,
      details: { file },
    });
  if (typeof given.path !== 'string' || given.path === '')
    throw new ConfigError(`${file} names no registry`, {
      hint: 'A line such as `registry: data/registry.db`.',
      details: { file },
    });
  // As a shell does it, and Feast.
  const path = given.path.replace(/\$\{(\w+)\}|\$(\w+)/g, (all, a, b) => process.env[a ?? b] ?? all);
  if (/^[a-z][a-z0-9+]+:\/\//i.test(path))
    throw new ConfigError(`${file}: the registry '${path}' is no local file`, { hint: DESCRIBE, details: { file } });
  return { project, registry: path };
}
