/** Features for training from a local Feast repository: its views, and their Parquet files joined in time. Nothing of Python is needed. */
import { InvalidInputError } from '../../core/errors.js';
import type { Table } from '../../core/table.js';
import { listed, nearest } from '../../core/text.js';
import { type FeatureRef, parseRefs } from './feature-refs.js';
import {
  checkedDeclarations,
  type FeastFeatureService,
  type FeastFeatureView,
  type FeastProjection,
} from './feature-view.js';
import { checkedOptions, type JoinedView, type JoinOptions } from './join-options.js';
import { pointInTimeJoin } from './point-in-time-join.js';
import { readRepository } from './repository.js';
import { readViewFile } from './view-file.js';

/** A repository in words, where there is no registry to read. */
export interface FeastStoreOptions {
  readonly views: readonly FeastFeatureView[];
  readonly services?: readonly FeastFeatureService[];
  /** What paths are relative to. Default: the working directory. */
  readonly directory?: string;
}

/** What features of which entities when. */
export interface HistoricalRequest extends JoinOptions {
  /** A row for each entity and time: join keys, event times, and whatever else, such as labels. */
  readonly entities: Table;
  /** References such as 'driver_stats:trips_today'; or else a service. */
  readonly features?: readonly string[];
  /** Name of a feature service. */
  readonly featureService?: string;
}

/**
 * Feature views over Parquet files.
 *
 * @example
 * const store = await FeastFeatureStore.open('feature_repo');
 * const table = await store.getHistoricalFeatures({ entities, featureService: 'driver_activity' });
 */
export class FeastFeatureStore {
  readonly featureViews: readonly FeastFeatureView[];
  readonly featureServices: readonly FeastFeatureService[];
  private readonly directory: string;
  private unreadable: ReadonlyMap<string, string> = new Map();

  /** @throws ConfigError - an unknown key; InvalidInputError - two views or services of one name */
  constructor(options: FeastStoreOptions) {
    const checked = checkedDeclarations(options?.views, options?.services ?? []);
    this.featureViews = checked.views;
    this.featureServices = checked.services;
    this.directory = options.directory ?? '.';
  }

  /**
   * Reads feature_store.yaml and the registry file that `feast apply` wrote. On-demand views, and views over anything but a Parquet file on
   * this machine, are known by name only.
   * @throws InvalidInputError - a file that is not there or damaged, no view that can be read
   * @throws ConfigError - a registry in SQL, in a bucket or behind a server
   */
  static async open(directory: string): Promise<FeastFeatureStore> {
    if (typeof directory !== 'string') {
      throw new InvalidInputError(`FeastFeatureStore.open: the directory is ${typeof directory}, not text`, {
        hint: 'Pass the directory of feature_store.yaml.',
      });
    }
    const { views, services, unreadable } = await readRepository(directory);
    const store = new FeastFeatureStore({ views, services, directory });
    store.unreadable = unreadable;
    return store;
  }

  /**
   * `entities` with their features as they were at each row's time; see `pointInTimeJoin`, whose options these are. Only the columns that
   * are needed are read.
   * @throws InvalidInputError - what `pointInTimeJoin` and `readParquet` throw, an unknown view, feature or service
   */
  async getHistoricalFeatures(request: HistoricalRequest): Promise<Table> {
    const { entities, featureService, ...given }: HistoricalRequest = request ?? {};
    // Before anything is read.
    const { features, ...options } = checkedOptions(given, 'getHistoricalFeatures');
    const projections = this.projectionsOf(features, featureService);
    const views: JoinedView[] = [];
    for (const { view: name, alias, features: wanted, joinKeyMap } of projections) {
      const view = this.view(name);
      const { joinKeys, timestampField, createdTimestampColumn, ttl } = view;
      views.push({
        name: alias ?? name,
        table: await readViewFile(view, wanted, this.directory, options),
        joinKeys,
        features: wanted,
        ...(joinKeyMap && { joinKeyMap }),
        ...(timestampField !== undefined && { timestampField }),
        ...(createdTimestampColumn !== undefined && { createdTimestampColumn }),
        ...(ttl !== undefined && { ttl }),
      });
    }
    return pointInTimeJoin(entities, views, { ...options, ...(features && { features }) });
  }

  /** References put together by view, or what the service says. */
  private projectionsOf(features: readonly string[] | undefined, service: string | undefined): FeastProjection[] {
    if ((features === undefined) === (service === undefined)) {
      throw new InvalidInputError('getHistoricalFeatures: give features, or featureService', {
        hint: "Such as features: ['driver_stats:trips_today'].",
      });
    }
    if (service !== undefined) return [...this.service(service).projections];
    const byView = new Map<string, string[]>();
    for (const { view, feature } of this.refs(features ?? [])) byView.set(view, [...(byView.get(view) ?? []), feature]);
    return [...byView].map(([view, wanted]) => ({ view, features: wanted }));
  }

  private refs(features: readonly string[]): FeatureRef[] {
    for (const ref of features) this.assertReadable(ref.split(':')[0]);
    return parseRefs(features, this.featureViews, 'getHistoricalFeatures');
  }

  private view(name: string): FeastFeatureView {
    this.assertReadable(name);
    return known(name, this.featureViews, 'feature view');
  }

  private service(name: string): FeastFeatureService {
    return known(name, this.featureServices, 'feature service');
  }

  private assertReadable(view: string): void {
    const reason = this.unreadable.get(view);
    if (reason === undefined) return;
    throw new InvalidInputError(`Feature view '${view}' cannot be read here: ${reason}`, {
      hint: "Leave its features out, or let Python's get_historical_features write them to a file.",
      details: { view },
    });
  }
}

function known<T extends { readonly name: string }>(name: string, all: readonly T[], title: string): T {
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const names = all.map((one) => one.name);
  const close = nearest(String(name), names);
  throw new InvalidInputError(`There is no ${title} '${name}'`, {
    hint: close
      ? `Did you mean '${close}'?`
      : names.length > 0
        ? `There are: ${listed(names, 20)}.`
        : `There is no ${title} at all.`,
    details: { name, names },
  });
}
