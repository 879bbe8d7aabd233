/** Registered models: a name, its versions, and aliases that point to versions. */
import { TrackingError } from '../../core/errors.js';
import type { Json, MLflowClient } from './client.js';
import type { Pair } from './entry.js';

export interface NewVersion {
  readonly name: string;
  /** Address of the model's files. */
  readonly source: string;
  readonly runId: string;
  readonly modelId?: string;
  readonly tags: readonly Pair[];
}

/** A version of a registered model, as MLflow's registry has it. */
export interface MLflowModelVersion {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly runId: string | undefined;
  readonly aliases: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

const EXISTS = 'RESOURCE_ALREADY_EXISTS';
const ABSENT = new Set(['RESOURCE_DOES_NOT_EXIST', 'INVALID_PARAMETER_VALUE']);

const codeOf = (error: unknown): unknown => (error instanceof TrackingError ? error.details.errorCode : undefined);

/** Makes the name where it is new, and a version of it; returns the version's number. */
export async function registerVersion(client: MLflowClient, version: NewVersion): Promise<string> {
  const { name, source, runId, modelId, tags } = version;
  await client.post('registered-models/create', { name }).catch((error) => {
    if (codeOf(error) !== EXISTS) throw error;
  });
  const body = { name, source, run_id: runId, tags, ...(modelId && { model_id: modelId }) };
  let found: string | undefined;
  const reply = await client.callOnce('POST', 'model-versions/create', body, async () => {
    found = await findVersion(client, name, tags);
    return found !== undefined;
  });
  const made = found ?? (reply.body.model_version as Json | undefined)?.version;
  if (typeof made === 'string' || typeof made === 'number') return String(made);
  throw client.nonsense('model-versions/create', 'a version without a number');
}

/** The newest version of a name that has all of these tags. */
export async function findVersion(
  client: MLflowClient,
  name: string,
  tags: readonly Pair[],
): Promise<string | undefined> {
  for (const version of await versionsOf(client, name)) {
    if (tags.every(({ key, value }) => version.tags[key] === value)) return version.version;
  }
  return undefined;
}

/** Newest first; none for a name that does not exist. Names must be those of `modelName`, which hold no quotes. */
export async function versionsOf(client: MLflowClient, name: string): Promise<MLflowModelVersion[]> {
  const found: MLflowModelVersion[] = [];
  let page = '';
  do {
    const query = { filter: `name='${name}'`, max_results: '200', ...(page && { page_token: page }) };
    const answer = await client.get('model-versions/search', query);
    for (const item of Array.isArray(answer.model_versions) ? (answer.model_versions as Json[]) : [])
      found.push(versionOf(item));
    page = typeof answer.next_page_token === 'string' ? answer.next_page_token : '';
  } while (page !== '');
  return found.sort((a, b) => Number(b.version) - Number(a.version));
}

/** The version that an alias points to; undefined where name or alias do not exist. */
export async function versionByAlias(
  client: MLflowClient,
  name: string,
  alias: string,
): Promise<MLflowModelVersion | undefined> {
  try {
    const answer = await client.get('registered-models/alias', { name, alias });
    return versionOf(answer.model_version as Json);
  } catch (error) {
    if (ABSENT.has(String(codeOf(error)))) return undefined;
    throw error;
  }
}

function versionOf(item: Json | undefined): MLflowModelVersion {
  const tags = Array.isArray(item?.tags) ? (item.tags as Partial<Pair>[]) : [];
  return {
    name: String(item?.name ?? ''),
    version: String(item?.version ?? ''),
    source: String(item?.source ?? ''),
    runId: typeof item?.run_id === 'string' ? item.run_id : undefined,
    aliases: Array.isArray(item?.aliases) ? item.aliases.map(String) : [],
    tags: Object.fromEntries(tags.map(({ key, value }) => [String(key), String(value ?? '')])),
  };
}
