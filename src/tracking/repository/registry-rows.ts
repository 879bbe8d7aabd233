/** What runs refer to: experiments, and versions of models. */
import { InvalidInputError } from '../../core/errors.js';
import type { Query, Row } from './database.js';
import { type Document, documentOf, documentText, storableCount, storableKey, storableText } from './documents.js';

/** An experiment: what runs belong to. */
export interface ExperimentRecord {
  readonly experimentId: string;
  readonly name: string;
  readonly description?: string;
  readonly tags: Document;
  readonly createdAt: Date;
}

/** An experiment to be made, or to get other words. */
export interface NewExperiment {
  readonly experimentId: string;
  /** Default: its id. */
  readonly name?: string;
  readonly description?: string;
  readonly tags?: Document;
}

/** A version of a model, wherever it is stored; what `ModelStore.register` gives back is one. */
export interface ModelVersionRecord {
  readonly modelVersionId: string;
  readonly modelName: string;
  readonly version: number;
  readonly artifactUri?: string;
  readonly checksum?: string;
  readonly lineage?: object;
}

const EXPERIMENT = `experiment_id, name, description, tags::text AS tags,
  (extract(epoch FROM created_at) * 1000)::float8 AS created_at`;

/** Makes an experiment, or gives one that is there other words. */
export async function saveExperiment(query: Query, experiment: NewExperiment): Promise<ExperimentRecord> {
  const { experimentId, name = experimentId, description, tags = {} } = experiment;
  const [row] = await query(
    `INSERT INTO ml_experiments (experiment_id, name, description, tags) VALUES ($1::text, $2::text, $3::text, $4::jsonb)
    ON CONFLICT (experiment_id) DO UPDATE SET name = $2::text, description = $3::text, tags = $4::jsonb RETURNING ${EXPERIMENT}`,
    [
      storableKey(experimentId, 'experimentId'),
      storableText(name, 'name'),
      description === undefined ? null : storableText(description, 'description'),
      documentText(tags, 'tags'),
    ],
  );
  return experimentOf(row);
}

/** By their ids. */
export async function listExperiments(query: Query): Promise<ExperimentRecord[]> {
  return (await query(`SELECT ${EXPERIMENT} FROM ml_experiments ORDER BY experiment_id`)).map(experimentOf);
}

function experimentOf(row: Row): ExperimentRecord {
  return {
    experimentId: String(row.experiment_id),
    name: String(row.name),
    ...(typeof row.description === 'string' && { description: row.description }),
    tags: documentOf(row.tags) ?? {},
    createdAt: new Date(Number(row.created_at)),
  };
}

/** Keeps a version; again the same changes nothing, another one under its id or number is an `InvalidInputError`. */
export async function saveModelVersion(query: Query, record: ModelVersionRecord): Promise<void> {
  const values = [
    storableKey(record.modelVersionId, 'modelVersionId'),
    storableKey(record.modelName, 'modelName'),
    storableCount(record.version, 'version'),
    record.artifactUri === undefined ? null : storableText(record.artifactUri, 'artifactUri'),
    record.checksum === undefined ? null : storableText(record.checksum, 'checksum'),
    documentText(record.lineage ?? {}, 'lineage'),
  ];
  await query(
    `INSERT INTO ml_model_registry (model_version_id, model_name, version, artifact_uri, checksum, lineage)
    VALUES ($1::text, $2::text, $3::int, $4::text, $5::text, $6::jsonb) ON CONFLICT DO NOTHING`,
    values,
  );
  const same = await query(
    `SELECT 1 AS same FROM ml_model_registry WHERE model_version_id = $1::text AND model_name = $2::text AND version = $3::int
      AND checksum IS NOT DISTINCT FROM $4::text`,
    [values[0], values[1], values[2], values[4]],
  );
  if (same.length > 0) return;
  throw new InvalidInputError(`There is another version ${record.version} of '${record.modelName.slice(0, 100)}'`, {
    hint: 'Versions never change; register the model again for a new one.',
    details: { modelVersionId: record.modelVersionId },
  });
}
