/** Features for predictions from a running Feast feature server, over its HTTP interface. */
import { setTimeout as wait } from 'node:timers/promises';
import { throwIfAborted } from '../../core/abort.js';
import { rowsWhere } from '../../core/checks.js';
import type { ColumnInput } from '../../core/column.js';
import { FeatureStoreError, InvalidInputError } from '../../core/errors.js';
import { type HttpAnswer, send } from '../../core/http.js';
import { errorCode, isConnectionLost, retryWait, shownText } from '../../core/http-retries.js';
import { lazySchema } from '../../core/schema.js';
import { Table } from '../../core/table.js';
import { listed, messageOf } from '../../core/text.js';
import { outputNames, splitRef } from './feature-refs.js';
import { type FeatureVector, parseAnswer } from './online-answer.js';
import { isMixed, OnlineFeatures } from './online-features.js';
import { type FeastServerOptions, type ResolvedServer, resolveServer } from './server-options.js';

/** Which features of which entities. */
export interface OnlineRequest {
  /** Join keys, one row for each entity: a table, or columns by name. */
  readonly entities: Table | Readonly<Record<string, ColumnInput>>;
  /** References such as 'driver_stats:trips_today'; or else a service. */
  readonly features?: readonly string[];
  /** Name of a feature service. */
  readonly featureService?: string;
  /** Names the columns 'view__feature' instead of 'feature'. Default false. */
  readonly fullFeatureNames?: boolean;
  /** Milliseconds that a value may be old: older ones are missing, as OUTSIDE_MAX_AGE. Default: what the server does, which may be nothing. */
  readonly maxAge?: number;
  /** What `maxAge` counts from, in ms since 1970. Default: now. */
  readonly now?: number;
  readonly signal?: AbortSignal;
}

const requestSchema = lazySchema((z) =>
  z.strictObject({
    entities: z.unknown(),
    features: z.array(z.string()).min(1).optional(),
    featureService: z.string().min(1).optional(),
    fullFeatureNames: z.boolean().default(false),
    maxAge: z.number().positive().optional(),
    now: z.number().optional(),
    signal: z.unknown().optional(),
  }),
);

const WHAT = 'getOnlineFeatures';

/**
 * A client of `feast serve`.
 *
 * @example
 * const server = new FeastFeatureServer({ url: 'http://localhost:6566' });
 * const online = await server.getOnlineFeatures({ entities: { driver_id: [1001] }, features: ['driver_stats:trips_today'] });
 * await model.predict(online.matrix(model.featureNames));
 */
export class FeastFeatureServer {
  readonly #server: ResolvedServer;

  /** @throws ConfigError - no http address, an unknown option, one out of range */
  constructor(options: FeastServerOptions) {
    this.#server = resolveServer(options);
  }

  /**
   * The features' latest values, asked for in batches one after the other.
   * @throws InvalidInputError - no entities, a missing key, a key that JSON cannot carry, neither or both of features and service
   * @throws FeatureStoreError - a server that cannot be reached, refuses, or answers something else
   */
  async getOnlineFeatures(request: OnlineRequest): Promise<OnlineFeatures> {
    const { features, featureService, fullFeatureNames, maxAge, now } = requestSchema.parse(request, WHAT);
    if ((features === undefined) === (featureService === undefined))
      invalid('give features, or featureService', "Such as features: ['driver_stats:trips_today'].");
    const entities = request.entities instanceof Table ? request.entities : Table.fromColumns(request.entities);
    const columns = entities.columnNames.map((name) => [name, keyValues(entities, name)] as const);
    if (entities.rowCount === 0 || columns.length === 0)
      invalid('no entities', 'Pass one row for each entity; views of no entity need some key, too.');
    const asked = features?.map((ref) => splitRef(ref, WHAT));
    const names = asked && outputNames(asked, fullFeatureNames, entities.columnNames, WHAT);
    const batches: Map<string, FeatureVector>[] = [];
    for (let from = 0; from < entities.rowCount; from += this.#server.batchSize) {
      const to = Math.min(entities.rowCount, from + this.#server.batchSize);
      const body = {
        ...(features ? { features } : { feature_service: featureService }),
        entities: Object.fromEntries(columns.map(([name, values]) => [name, values.slice(from, to)])),
        full_feature_names: fullFeatureNames,
      };
      const text = await this.ask(JSON.stringify(body), request.signal);
      batches.push(this.read(text, body.entities, to - from, names, maxAge !== undefined));
    }
    const vectors = this.together(batches);
    return new OnlineFeatures(entities, maxAge === undefined ? vectors : recent(vectors, (now ?? Date.now()) - maxAge));
  }

  /** The text of a good answer, after as many tries as it may take. */
  private async ask(body: string, signal: AbortSignal | undefined): Promise<string> {
    const { url, token, timeoutMs, retries, retryDelayMs } = this.#server;
    const headers = {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    for (let attempt = 0; ; attempt++) {
      throwIfAborted(signal, 'The request to the feature server');
      let answer: HttpAnswer | undefined;
      let cause: unknown;
      try {
        answer = await send({ method: 'POST', url, headers, body, timeoutMs, ...(signal && { signal }) });
      } catch (error) {
        throwIfAborted(signal, 'The request to the feature server');
        cause = error;
      }
      if (answer && answer.status >= 200 && answer.status < 300) return answer.text;
      const again = answer === undefined ? isConnectionLost(cause) : answer.status === 429 || answer.status >= 500;
      if (!again || attempt >= retries) throw this.failed(answer, cause, attempt + 1);
      await wait(retryWait(attempt, retryDelayMs, answer), undefined, signal && { signal }).catch(() => {});
    }
  }

  /** One batch, checked against what was asked. */
  private read(
    text: string,
    entities: Readonly<Record<string, readonly (string | number)[]>>,
    rows: number,
    names: readonly string[] | undefined,
    needsTimes: boolean,
  ): Map<string, FeatureVector> {
    try {
      const vectors = parseAnswer(text, rows);
      for (const [name, values] of Object.entries(entities)) {
        // Entities come back with their features: another order would give each the features of another.
        const echo = vectors.get(name)?.values;
        if (echo?.some((value, i) => String(value) !== String(values[i])))
          throw new Error(`other entities in '${name}'`);
        vectors.delete(name);
      }
      for (const [name, { values, times }] of vectors) {
        if (isMixed(values)) throw new Error(`'${name}' mixes numbers and text`);
        if (needsTimes && times.some(Number.isNaN)) throw new Error(`'${name}' has no event times, which maxAge needs`);
      }
      if (!names) return vectors;
      const extra = [...vectors.keys()].find((name) => !names.includes(name));
      if (extra !== undefined) throw new Error(`a feature '${extra}' that was not asked for`);
      return new Map(names.map((name) => [name, vectorOf(vectors, name)]));
    } catch (error) {
      throw this.nonsense(messageOf(error), text);
    }
  }

  /** Vectors of all batches one after the other. */
  private together(batches: readonly Map<string, FeatureVector>[]): Map<string, FeatureVector> {
    if (batches.length === 1) return batches[0];
    try {
      return new Map(
        [...batches[0].keys()].map((name) => {
          const parts = batches.map((batch) => vectorOf(batch, name));
          const values = parts.flatMap((part) => part.values);
          if (isMixed(values)) throw new Error(`'${name}' mixes numbers and text`);
          const times = Float64Array.from(parts.flatMap((part) => Array.from(part.times)));
          return [name, { values, statuses: parts.flatMap((part) => part.statuses), times }];
        }),
      );
    } catch (error) {
      throw this.nonsense(messageOf(error), '');
    }
  }

  private failed(answer: HttpAnswer | undefined, cause: unknown, attempts: number): FeatureStoreError {
    const { url } = this.#server;
    const tried = attempts > 1 ? ` (tried ${attempts} times)` : '';
    if (!answer) {
      return new FeatureStoreError(
        this.redact(
          `The feature server ${url.host} cannot be reached: ${errorCode(cause) ?? messageOf(cause)}${tried}`,
        ),
        {
          hint: 'Start it (`feast serve`), or check the url.',
          details: { unreachable: true, reason: errorCode(cause), attempts },
        },
      );
    }
    const said = answer.text === '' ? '' : `: ${shownText(answer.text)}`;
    return new FeatureStoreError(
      this.redact(`The feature server ${url.host} answered ${answer.status}${tried}${said}`),
      {
        hint: hintOf(answer.status),
        details: { status: answer.status, attempts },
      },
    );
  }

  private nonsense(what: string, text: string): FeatureStoreError {
    const { url } = this.#server;
    const said = text === '' ? '' : ` (${shownText(text)})`;
    return new FeatureStoreError(this.redact(`The answer of ${url.host} is not what was asked for: ${what}${said}`), {
      hint: 'Check that the url is that of a Feast feature server, and that nothing answers in its place.',
      details: { what: this.redact(what) },
    });
  }

  private redact(text: string): string {
    const { token } = this.#server;
    return token === undefined ? text : text.replaceAll(token, '***');
  }
}

function vectorOf(vectors: ReadonlyMap<string, FeatureVector>, name: string): FeatureVector {
  const vector = vectors.get(name);
  if (vector) return vector;
  throw new Error(`no feature '${name}'`);
}

/** Values from before `oldest` as outside the largest age. */
function recent(vectors: ReadonlyMap<string, FeatureVector>, oldest: number): Map<string, FeatureVector> {
  return new Map(
    [...vectors].map(([name, { values, statuses, times }]) => [
      name,
      {
        values,
        statuses: statuses.map((status, i) => (status === 'PRESENT' && times[i] < oldest ? 'OUTSIDE_MAX_AGE' : status)),
        times,
      },
    ]),
  );
}

/** Values of a key as JSON takes them. */
function keyValues(entities: Table, name: string): (string | number)[] {
  const column = entities.column(name);
  const values: (string | number | null)[] =
    column.kind === 'categorical' ? entities.strings(name) : Array.from(column.values);
  if (column.kind === 'time')
    invalid(
      `'${name}' is a time, which is no join key`,
      'Give the columns of the join keys alone: table.select(names).',
    );
  const missing = rowsWhere(values.length, (i) => values[i] === null || Number.isNaN(values[i]));
  if (missing.count > 0)
    invalid(`'${name}' is missing in ${missing.count} rows (${listed(missing.rows)})`, 'Every entity needs its keys.');
  const large = values.find((value) => typeof value === 'number' && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER));
  if (large !== undefined)
    invalid(`'${name}' holds ${large}, which may not be the number it was`, 'Give such keys as text.');
  return values as (string | number)[];
}

function hintOf(status: number): string {
  if (status === 401 || status === 403) return 'Check the token, and what it may read.';
  if (status === 404) return 'Check the names of the features or of the service, and the url.';
  if (status >= 300 && status < 400) return 'The server sends elsewhere, which is not followed: use the final address.';
  if (status === 413) return "The request is larger than the server's or a proxy's limit: lower batchSize.";
  // Feast answers 500 for a wrong key or feature, too.
  if (status >= 500)
    return "Check that the entities' columns are the join keys of the features, of their types; see the server's log.";
  return 'See what the server says.';
}

function invalid(message: string, hint: string): never {
  throw new InvalidInputError(`${WHAT}: ${message}`, { hint });
}
