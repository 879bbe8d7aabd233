/** What a `FeastFeatureServer` is told. */
import { ConfigError } from '../../core/errors.js';
import { lazySchema, type SchemaInput } from '../../core/schema.js';

const schema = lazySchema((z) =>
  z.strictObject({
    url: z.string(),
    token: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'characters that no header may have: check for spaces and line ends around it')
      .optional(),
    timeout: z.number().min(0.001).max(86_400).default(10),
    retries: z.int().min(0).max(100).default(2),
    retryDelay: z.number().min(0).max(3600).default(0.1),
    batchSize: z.int().min(1).max(1_000_000).default(1000),
  }),
);

/** Where the feature server is, and how long it may take. */
export interface FeastServerOptions extends SchemaInput<typeof schema> {
  /** Such as 'http://localhost:6566', which `feast serve` listens at. */
  url: string;
  /** Bearer token. */
  token?: string | undefined;
  /** Seconds that one request may take without a sign of life. Default 10. */
  timeout?: number;
  /** How often a request is tried again after a lost connection, a timeout, 429 or 5xx. Default 2. */
  retries?: number;
  /** Seconds before the first of them; each further one waits twice as long, plus or minus a quarter. Default 0.1. */
  retryDelay?: number;
  /** Most entities asked for in one request. Default 1000. */
  batchSize?: number;
}

export interface ResolvedServer {
  readonly url: URL;
  readonly token: string | undefined;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly batchSize: number;
}

/** @throws ConfigError - no http address, an unknown option, one out of range */
export function resolveServer(options: FeastServerOptions): ResolvedServer {
  const { url, token, timeout, retries, retryDelay, batchSize } = schema.parse(options, 'FeastFeatureServer');
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  // The text may hold a password: it is not shown.
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.hostname === '')
    throw new ConfigError('FeastFeatureServer: url is no http address', { hint: "Such as 'http://localhost:6566'." });
  if (parsed.username !== '' || parsed.password !== '')
    throw new ConfigError('FeastFeatureServer: url holds a user name or password', {
      hint: 'Feature servers take a bearer token: the option `token`.',
    });
  parsed.search = '';
  parsed.hash = '';
  parsed.pathname = `${parsed.pathname.replace(/\/+$/, '')}/get-online-features`;
  return {
    url: parsed,
    token,
    timeoutMs: 1000 * timeout,
    retries,
    retryDelayMs: 1000 * retryDelay,
    batchSize,
  };
}
