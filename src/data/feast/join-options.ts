/** What `pointInTimeJoin` is told. */
import { InvalidInputError } from '../../core/errors.js';
import { lazySchema } from '../../core/schema.js';
import { Table } from '../../core/table.js';
import type { ReadOptions } from '../byte-source.js';

/** Feature values over time: one row for each entity and time at which they changed. */
export interface JoinedView {
  /** What feature references start with. */
  readonly name: string;
  /** Join keys, event time and features; rows in any order. */
  readonly table: Table;
  /** Columns that say whose features a row has, as Feast's entities do. None: features of no entity, the same for every row. */
  readonly joinKeys: readonly string[];
  /** Key column of the view to key column of the entities, where they have different names. */
  readonly joinKeyMap?: Readonly<Record<string, string>>;
  /** Default: every column that is no key and no time. */
  readonly features?: readonly string[];
  /** Default 'event_timestamp'. */
  readonly timestampField?: string;
  /** When each row was written. Of several rows of one event time the one written last counts. */
  readonly createdTimestampColumn?: string;
  /** Milliseconds that a value stays valid. Default 0: for ever. */
  readonly ttl?: number;
}

/** How rows meet. */
export interface JoinOptions extends ReadOptions {
  /** Which features, as 'view:feature', in this order. Default: all of all views. */
  readonly features?: readonly string[];
  /** Names the columns 'view__feature' instead of 'feature'. Default false. */
  readonly fullFeatureNames?: boolean;
  /** Column of the entities' event times. Default 'event_timestamp'. */
  readonly timestampField?: string;
  /**
   * Also passes over rows that were written after the event, or whose created time is missing: a value that was corrected or delivered later
   * was not known then, whatever its event time says. Every view needs a `createdTimestampColumn`. Default false.
   */
  readonly filterByCreatedTimestamp?: boolean;
  /** Rows of a view with the same keys, event time and created time: the later in the file counts ('last'), or they are an error. Default 'last'. */
  readonly duplicates?: 'last' | 'error';
}

const name = 'a name is a text that is not empty';

const viewSchema = lazySchema((z) => {
  const text = z.string().min(1, name);
  return z.strictObject({
    name: text,
    table: z.unknown(),
    joinKeys: z.array(text),
    joinKeyMap: z.record(text, text).optional(),
    features: z.array(text).optional(),
    timestampField: text.default('event_timestamp'),
    createdTimestampColumn: text.optional(),
    ttl: z.number().min(0).default(0),
  });
});

const optionsSchema = lazySchema((z) => {
  const text = z.string().min(1, name);
  return z.strictObject({
    features: z.array(text).min(1).optional(),
    fullFeatureNames: z.boolean().default(false),
    timestampField: text.default('event_timestamp'),
    filterByCreatedTimestamp: z.boolean().default(false),
    duplicates: z.enum(['last', 'error']).default('last'),
    onProgress: z.unknown().optional(),
    signal: z.unknown().optional(),
  });
});

export type CheckedView = Required<Omit<JoinedView, 'createdTimestampColumn'>> &
  Pick<JoinedView, 'createdTimestampColumn'>;

export type CheckedOptions = JoinOptions &
  Required<Pick<JoinOptions, 'fullFeatureNames' | 'timestampField' | 'filterByCreatedTimestamp' | 'duplicates'>>;

/** @throws ConfigError - an unknown option, or one out of range */
export function checkedOptions(options: JoinOptions, what = 'pointInTimeJoin'): CheckedOptions {
  return { ...options, ...(optionsSchema.parse(options, what) as CheckedOptions) };
}

/**
 * Every view with its defaults filled in.
 * @throws ConfigError - an unknown key, or a value out of range
 * @throws InvalidInputError - two views of one name, a table that is none, a column that is named twice or is not there
 */
export function checkedViews(views: readonly JoinedView[]): CheckedView[] {
  if (!Array.isArray(views) || views.length === 0)
    throw new InvalidInputError('pointInTimeJoin: no feature views', { hint: 'Pass one view at least.' });
  const checked = views.map(checkedView);
  const names = checked.map((view) => view.name);
  const twice = names.find((one, i) => names.indexOf(one) !== i);
  if (twice === undefined) return checked;
  throw new InvalidInputError(`pointInTimeJoin: two feature views are called '${twice}'`, {
    hint: 'Give one of them another name: references such as view:feature need it.',
    details: { view: twice },
  });
}

function checkedView(view: JoinedView, at: number): CheckedView {
  const what = `pointInTimeJoin: view ${at}${typeof view?.name === 'string' ? ` ('${view.name}')` : ''}`;
  const parsed = viewSchema.parse(view, what);
  const { table } = view;
  if (!(table instanceof Table)) {
    throw new InvalidInputError(`${what}: table is no Table`, {
      hint: 'readParquet, readTable and Table.fromColumns make one.',
    });
  }
  const { joinKeys, timestampField, createdTimestampColumn, joinKeyMap = {} } = parsed;
  const others = [timestampField, ...(createdTimestampColumn === undefined ? [] : [createdTimestampColumn])];
  const features = parsed.features ?? table.columnNames.filter((one) => ![...joinKeys, ...others].includes(one));
  for (const [list, title] of [
    [joinKeys, 'join key'],
    [features, 'feature'],
  ] as const) {
    const twice = list.find((one, i) => list.indexOf(one) !== i);
    if (twice !== undefined) wrong(what, `${title} '${twice}' is named twice`, 'Name every column once.', twice);
  }
  for (const one of [...joinKeys, ...others, ...features]) columnOf(table, one, what);
  for (const key of Object.keys(joinKeyMap)) {
    if (!joinKeys.includes(key))
      wrong(what, `joinKeyMap names '${key}', which is no join key`, `The join keys are: ${joinKeys.join(', ')}.`, key);
  }
  return { ...parsed, table, joinKeyMap, features };
}

/** The column; where there is none, the error also says whose table it is. */
export function columnOf(table: Table, column: string, what: string): ReturnType<Table['column']> {
  if (table.has(column)) return table.column(column);
  try {
    return table.column(column);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(`${what}: there is no column '${column}'`, {
      hint: error.hint,
      details: error.details,
    });
  }
}

function wrong(what: string, message: string, hint: string, column: string): never {
  throw new InvalidInputError(`${what}: ${message}`, { hint, details: { column } });
}
