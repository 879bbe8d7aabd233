/** What a Feast repository declares: views of features over files, and services that name features of several views. */
import { InvalidInputError } from '../../core/errors.js';
import { lazySchema } from '../../core/schema.js';

/** A feature view over a Parquet file (Feast's FileSource): what `feast apply` writes down, or what you say yourself. */
export interface FeastFeatureView {
  readonly name: string;
  /** Path of the Parquet file, relative to the repository. */
  readonly path: string;
  /** Columns that say whose features a row has; none for features of no entity. */
  readonly joinKeys: readonly string[];
  /** Names of the features. */
  readonly features: readonly string[];
  /** Default 'event_timestamp'. */
  readonly timestampField?: string;
  readonly createdTimestampColumn?: string;
  /** Milliseconds that a value stays valid. Default 0: for ever. */
  readonly ttl?: number;
  /** Column of the file to the name that the view has for it. */
  readonly fieldMapping?: Readonly<Record<string, string>>;
}

/** Features of one view under a name: what a service is made of. */
export interface FeastProjection {
  readonly view: string;
  /** What full feature names start with. Default: the view's name. */
  readonly alias?: string;
  readonly features: readonly string[];
  /** Key of the view to key column of the entities. */
  readonly joinKeyMap?: Readonly<Record<string, string>>;
}

/** The features of a model, as Feast's FeatureService. */
export interface FeastFeatureService {
  readonly name: string;
  readonly projections: readonly FeastProjection[];
}

const schemas = lazySchema((z) => {
  const text = z.string().min(1, 'a text that is not empty');
  return z.strictObject({
    views: z
      .array(
        z.strictObject({
          name: text,
          path: text,
          joinKeys: z.array(text),
          features: z.array(text),
          timestampField: text.optional(),
          createdTimestampColumn: text.optional(),
          ttl: z.number().min(0).optional(),
          fieldMapping: z.record(text, text).optional(),
        }),
      )
      .min(1),
    services: z.array(
      z.strictObject({
        name: text,
        projections: z.array(
          z.strictObject({
            view: text,
            alias: text.optional(),
            features: z.array(text),
            joinKeyMap: z.record(text, text).optional(),
          }),
        ),
      }),
    ),
  });
});

/**
 * @throws ConfigError - an unknown key, a value of another type
 * @throws InvalidInputError - two views or services of one name
 */
export function checkedDeclarations(
  views: readonly FeastFeatureView[],
  services: readonly FeastFeatureService[],
): { views: FeastFeatureView[]; services: FeastFeatureService[] } {
  const checked = schemas.parse({ views, services }, 'FeastFeatureStore') as {
    views: FeastFeatureView[];
    services: FeastFeatureService[];
  };
  for (const [title, names] of [
    ['feature views', checked.views.map(({ name }) => name)],
    ['feature services', checked.services.map(({ name }) => name)],
  ] as const) {
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice === undefined) continue;
    throw new InvalidInputError(`FeastFeatureStore: two ${title} are called '${twice}'`, {
      hint: 'Names are what references are looked up by.',
      details: { name: twice },
    });
  }
  return checked;
}
