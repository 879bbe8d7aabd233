/** What an `MLflowTracker` is told, by its options or by MLflow's own environment variables. */
import { ConfigError } from '../../core/errors.js';
import { type Logger, logOf } from '../../core/logging.js';
import { nearest } from '../../core/text.js';
import { displayName } from './names.js';

/** Where the MLflow server is, who asks, and where runs are kept while it is away. */
export interface MLflowOptions {
  /** Such as 'http://localhost:5000'. Default: MLFLOW_TRACKING_URI. */
  readonly trackingUri?: string;
  /** Made when it does not exist. Default: MLFLOW_EXPERIMENT_NAME, else 'Default'. */
  readonly experiment?: string;
  /** Bearer token. Default: MLFLOW_TRACKING_TOKEN. */
  readonly token?: string;
  /** Of basic authentication. Defaults: MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. */
  readonly username?: string;
  readonly password?: string;
  /** A directory that takes what cannot be sent while no server answers; see `MLflowTracker.replay`. Without one, that is an error. */
  readonly journal?: string;
  /** Seconds that one request may take without a sign of life. Default 30. */
  readonly timeout?: number;
  /** How often a request is tried again after a lost connection, a timeout, 429 or 5xx. Default 4; 1 with a journal. */
  readonly retries?: number;
  /** Seconds before the first of them; each further one waits twice as long, plus or minus a quarter. Default 0.5. */
  readonly retryDelay?: number;
  /** Seconds that metrics are collected before they are sent together. Default 5. */
  readonly flushInterval?: number;
  /** Told of requests that are tried again, of runs that go into the journal, and of what it sends later. Default: nothing is logged. */
  readonly logger?: Logger;
}

export interface ResolvedOptions {
  /** Without user name, password, query and trailing slash. */
  readonly url: URL;
  readonly experiment: string;
  /** Value of the Authorization header. */
  readonly authorization: string | undefined;
  /** Texts that must never be shown. */
  readonly secrets: readonly string[];
  readonly journal: string | undefined;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly flushMs: number;
  readonly log: Logger;
}

const KEYS = [
  ...['trackingUri', 'experiment', 'token', 'username', 'password', 'journal', 'timeout', 'retries', 'retryDelay'],
  'flushInterval',
  'logger',
];

/** @throws ConfigError - no address, one that is not http, contradicting credentials, numbers out of range */
export function resolveOptions(options: MLflowOptions, env: NodeJS.ProcessEnv = process.env): ResolvedOptions {
  for (const key of Object.keys(options)) {
    if (KEYS.includes(key)) continue;
    const close = nearest(key, KEYS);
    wrong(`unknown option '${key}'`, close ? `Did you mean '${close}'?` : `Valid options: ${KEYS.join(', ')}.`);
  }
  const url = parseUrl(options.trackingUri ?? env.MLFLOW_TRACKING_URI);
  const login = credentials(options, url, env);
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  url.pathname = url.pathname.replace(/\/+$/, '');
  const experiment = options.experiment ?? (env.MLFLOW_EXPERIMENT_NAME || 'Default');
  if (typeof experiment !== 'string' || experiment.trim() === '') wrong('experiment is empty', "Such as 'my-model'.");
  const { journal } = options;
  if (journal !== undefined && (typeof journal !== 'string' || journal === ''))
    wrong('journal is no path', "A directory, such as 'experiments/mlflow-journal'.");
  return {
    url,
    experiment: displayName(experiment),
    ...login,
    journal,
    log: logOf(options.logger),
    timeoutMs: 1000 * inRange('timeout', options.timeout ?? 30, 0.001, 86_400),
    retries: wholeInRange('retries', options.retries ?? (journal === undefined ? 4 : 1), 100),
    retryDelayMs: 1000 * inRange('retryDelay', options.retryDelay ?? 0.5, 0, 3600),
    flushMs: 1000 * inRange('flushInterval', options.flushInterval ?? 5, 0, 3600),
  };
}

function parseUrl(text: string | undefined): URL {
  const hint = "Pass trackingUri: 'http://localhost:5000', or set MLFLOW_TRACKING_URI. Only servers are supported.";
  if (text === undefined || text === '') wrong('no trackingUri', hint);
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  // The text may hold a password: it is not shown.
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') wrong('trackingUri is no http address', hint);
  return url;
}

function credentials(
  options: MLflowOptions,
  url: URL,
  env: NodeJS.ProcessEnv,
): Pick<ResolvedOptions, 'authorization' | 'secrets'> {
  const given = options.username !== undefined || options.password !== undefined || url.username !== '';
  if (options.token !== undefined && given)
    wrong('both a token and a user name were given', 'Pass token, or username and password.');
  const inUrl = url.username !== '' ? [decoded(url.username), decoded(url.password)] : undefined;
  const fromOptions = given || options.token !== undefined;
  const username = options.username ?? inUrl?.[0] ?? (fromOptions ? undefined : env.MLFLOW_TRACKING_USERNAME);
  const password =
    options.password ?? inUrl?.[1] ?? (username === undefined ? undefined : env.MLFLOW_TRACKING_PASSWORD);
  if (username !== undefined && username !== '') {
    const pair = Buffer.from(`${username}:${password ?? ''}`).toString('base64');
    const secrets = [password ?? '', encodeURIComponent(password ?? ''), pair];
    return { authorization: `Basic ${pair}`, secrets: shownNever(secrets) };
  }
  const token = options.token ?? env.MLFLOW_TRACKING_TOKEN;
  if (token === undefined || token === '') return { authorization: undefined, secrets: [] };
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
    wrong('the token has characters that no header may have', 'Check for spaces and line ends around it.');
  return { authorization: `Bearer ${token}`, secrets: shownNever([token, encodeURIComponent(token)]) };
}

const shownNever = (texts: readonly string[]): string[] =>
  [...new Set(texts)].filter((text) => text !== '').sort((a, b) => b.length - a.length);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function inRange(name: string, value: number, low: number, high: number): number {
  if (typeof value === 'number' && value >= low && value <= high) return value;
  return wrong(`${name} is ${String(value)}`, `A number of ${low} .. ${high}, in seconds.`);
}

function wholeInRange(name: string, value: number, high: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= high) return value;
  return wrong(`${name} is ${String(value)}`, `A whole number of 0 .. ${high}.`);
}

function wrong(what: string, hint: string): never {
  throw new ConfigError(`MLflowTracker: ${what}`, { hint });
}
