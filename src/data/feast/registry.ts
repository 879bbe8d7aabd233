/**
 * Feast's registry file (registry.db), which `feast apply` writes: one protocol-buffer message. Only the numbers of the fields that are
 * needed here are known (https://github.com/feast-dev/feast/tree/master/protos/feast/core), as of Feast 0.67.
 */
import { InvalidInputError } from '../../core/errors.js';
import { messageOf } from '../../core/text.js';
import type { FeastFeatureService, FeastFeatureView, FeastProjection } from './feature-view.js';
import { ProtoMessage } from './proto-reader.js';

const REGISTRY = { entities: 1, featureViews: 6, services: 7, onDemandViews: 8, streamViews: 14 };
const ENTITY = { name: 1, project: 9, joinKey: 4 };
/** Fields of the two kinds of views that have a file behind them. */
const BATCH = { name: 1, project: 2, entities: 3, features: 4, ttl: 6, source: 7, entityColumns: 12 };
const STREAM = { name: 1, project: 2, entities: 3, features: 4, ttl: 9, source: 10, entityColumns: 5 };
const SOURCE = { type: 1, fieldMapping: 2, timestampField: 3, created: 5, file: 11, batch: 26 };
const PROJECTION = { view: 1, features: 2, alias: 3, joinKeyMap: 4 };
/** The message in which the user's words are; the one beside it is Feast's own. */
const SPEC = 1;
const BATCH_FILE = 1;

/** Entities that views without any have in their place. */
const NO_ENTITY = '__dummy';

/** What the registry says of one project. */
export interface Registry {
  readonly views: readonly FeastFeatureView[];
  readonly services: readonly FeastFeatureService[];
  /** Views that are there but cannot be read here, and why. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/** @throws InvalidInputError - bytes that are no registry, or one without a view of `project` */
export function readRegistry(bytes: Uint8Array, project: string, file: string): Registry {
  try {
    return registryOf(new ProtoMessage(bytes), project);
  } catch (error) {
    throw new InvalidInputError(`${file} cannot be read as a Feast registry: ${messageOf(error)}`, {
      hint: 'Run `feast apply` again; a registry in SQL or behind a server is not read here: describe its views instead.',
      details: { file },
      cause: error,
    });
  }
}

function registryOf(registry: ProtoMessage, project: string): Registry {
  const specs = (field: number, projectField: number): ProtoMessage[] =>
    registry
      .messages(field)
      .map((message) => message.message(SPEC))
      .filter((spec) => spec.string(projectField) === project);
  const joinKeyOf = new Map(
    specs(REGISTRY.entities, ENTITY.project).map((entity) => [
      entity.string(ENTITY.name),
      entity.string(ENTITY.joinKey) || entity.string(ENTITY.name),
    ]),
  );
  const views: FeastFeatureView[] = [];
  const unreadable = new Map<string, string>();
  for (const [field, fields] of [
    [REGISTRY.featureViews, BATCH],
    [REGISTRY.streamViews, STREAM],
  ] as const) {
    for (const spec of specs(field, fields.project)) {
      const view = viewOf(spec, fields, joinKeyOf);
      if (typeof view === 'string') unreadable.set(spec.string(fields.name), view);
      else views.push(view);
    }
  }
  for (const spec of specs(REGISTRY.onDemandViews, BATCH.project))
    unreadable.set(spec.string(BATCH.name), 'an on-demand view, which is code in Python');
  const services = specs(REGISTRY.services, BATCH.project).map(
    (spec): FeastFeatureService => ({
      name: spec.string(1),
      projections: spec.messages(3).map(projectionOf),
    }),
  );
  return { views, services, unreadable };
}

/** The view, or why it has no file. */
function viewOf(
  spec: ProtoMessage,
  fields: typeof BATCH,
  joinKeyOf: ReadonlyMap<string, string>,
): FeastFeatureView | string {
  const given = spec.message(fields.source);
  // A push or stream source has its file behind it.
  const source = given.has(SOURCE.batch) ? given.message(SOURCE.batch) : given;
  if (source.int(SOURCE.type) !== BATCH_FILE) return 'its source is no file';
  if (!source.message(SOURCE.file).message(1).has(1) && source.message(SOURCE.file).has(1))
    return 'its file is not Parquet';
  const columns = spec.messages(fields.entityColumns).map((column) => column.string(1));
  const entities = spec.strings(fields.entities).map((entity) => joinKeyOf.get(entity) ?? entity);
  const joinKeys = (columns.length > 0 ? columns : entities).filter((key) => !key.startsWith(NO_ENTITY));
  const ttl = spec.message(fields.ttl);
  const created = source.string(SOURCE.created);
  return {
    name: spec.string(fields.name),
    path: source.message(SOURCE.file).string(2),
    joinKeys,
    features: spec.messages(fields.features).map((feature) => feature.string(1)),
    timestampField: source.string(SOURCE.timestampField) || 'event_timestamp',
    ...(created !== '' && { createdTimestampColumn: created }),
    // google.protobuf.Duration: seconds and nanoseconds.
    ttl: ttl.int(1) * 1000 + ttl.int(2) / 1e6,
    fieldMapping: Object.fromEntries(source.stringMap(SOURCE.fieldMapping)),
  };
}

function projectionOf(message: ProtoMessage): FeastProjection {
  const alias = message.string(PROJECTION.alias);
  const view = message.string(PROJECTION.view);
  return {
    view,
    ...(alias !== '' && alias !== view && { alias }),
    features: message.messages(PROJECTION.features).map((feature) => feature.string(1)),
    joinKeyMap: Object.fromEntries(message.stringMap(PROJECTION.joinKeyMap)),
  };
}
