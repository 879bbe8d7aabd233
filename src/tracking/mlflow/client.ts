/**
 * Requests to one MLflow server: authentication, tries and waits, answers read as JSON. What fails is a `TrackingError` that says what
 * to do and holds no credentials, whatever the server has sent back.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { TrackingError } from '../../core/errors.js';
import { type HttpAnswer, type HttpRequest, send } from '../../core/http.js';
import { errorCode as codeOf, isConnectionLost, retryWait, shownText as shown } from '../../core/http-retries.js';
import { inSpan } from '../../core/spans.js';
import type { ResolvedOptions } from './options.js';

export type Json = Readonly<Record<string, unknown>>;

/** How a call went: `repeated` says that an earlier try may have had its effect although no answer came. */
export interface Reply {
  readonly body: Json;
  readonly repeated: boolean;
}

type Body = HttpRequest['body'];

export class MLflowClient {
  readonly #options: ResolvedOptions;

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  /** Address without credentials, for messages and checks. */
  get url(): URL {
    return new URL(this.#options.url);
  }

  get(path: string, query: Readonly<Record<string, string>> = {}): Promise<Json> {
    return this.call('GET', `${path}?${new URLSearchParams(query)}`);
  }

  post(path: string, body: Json): Promise<Json> {
    return this.call('POST', path, body);
  }

  /** A call of the REST API; `path` such as 'runs/create'. */
  async call(method: string, path: string, body?: Json): Promise<Json> {
    return (await this.callOnce(method, path, body)).body;
  }

  /**
   * The same, telling whether an earlier try may have had its effect. `beforeRepeat` is asked before such a request is sent again: true
   * means that it did, and that there is nothing left to send.
   */
  async callOnce(method: string, path: string, body?: Json, beforeRepeat?: () => Promise<boolean>): Promise<Reply> {
    const url = this.at(`/api/2.0/mlflow/${path}`);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const attributes = { 'http.request.method': method, 'server.address': url.host, 'url.path': url.pathname };
    const answer = await inSpan('holdfast.mlflow', attributes, () =>
      this.tries(method, url, text, { 'content-type': 'application/json' }, beforeRepeat),
    );
    if (answer === undefined) return { body: {}, repeated: true };
    return { body: this.parse(answer.answer, url), repeated: answer.repeated };
  }

  /** The server's version, such as '3.17.2'; undefined where it does not say. */
  async version(): Promise<string | undefined> {
    const reply = await this.tries('GET', this.at('/version'), undefined, {}).catch((error) => {
      if (error instanceof TrackingError && error.details.unreachable) throw error;
      return undefined;
    });
    const text = reply?.answer.text.trim() ?? '';
    return /^\d+\.\d+/.test(text) ? text : undefined;
  }

  /** Sends a file. Credentials go to the tracking server's own address only, not to where a signed address leads. */
  async upload(method: string, url: URL, body: Body, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.tries(method, url, body, { 'content-type': 'application/octet-stream', ...headers });
  }

  /** `path` below the tracking address. */
  at(path: string): URL {
    const { url } = this.#options;
    return new URL(`${url.pathname.replace(/\/$/, '')}${path}`, url);
  }

  /** Without what must not be shown. */
  redact(text: string): string {
    let clean = text;
    for (const secret of this.#options.secrets) clean = clean.replaceAll(secret, '***');
    return clean;
  }

  private async tries(
    method: string,
    url: URL,
    body: Body,
    headers: Readonly<Record<string, string>>,
    beforeRepeat?: () => Promise<boolean>,
  ): Promise<{ answer: HttpAnswer; repeated: boolean } | undefined> {
    const { authorization, timeoutMs, retries } = this.#options;
    const own = url.origin === this.#options.url.origin;
    const all = { accept: '*/*', ...headers, ...(own && authorization ? { authorization } : {}) };
    let repeated = false;
    for (let attempt = 0; ; attempt++) {
      let answer: HttpAnswer | undefined;
      let cause: unknown;
      try {
        answer = await send({ method, url, headers: all, body, timeoutMs });
      } catch (error) {
        cause = error;
      }
      if (answer && answer.status >= 200 && answer.status < 300) return { answer, repeated };
      const again = answer === undefined ? isConnectionLost(cause) : answer.status === 429 || answer.status >= 500;
      if (!again || attempt >= retries) throw this.failed(method, url, answer, cause, attempt + 1, again);
      const delay = retryWait(attempt, this.#options.retryDelayMs, answer);
      this.#options.log.warn('a request to the tracking server is tried again', {
        ...{ method, host: url.host, path: url.pathname, attempt: attempt + 1, waitMs: Math.round(delay) },
        ...(answer ? { status: answer.status } : { reason: codeOf(cause) ?? this.redact(String(cause)) }),
      });
      await wait(delay);
      // Refused connections and 429 had no effect for certain.
      if (answer ? answer.status >= 500 : codeOf(cause) !== 'ECONNREFUSED') {
        repeated = true;
        if (await beforeRepeat?.()) return undefined;
      }
    }
  }

  private parse(answer: HttpAnswer, url: URL): Json {
    if (answer.text.trim() === '') return {};
    try {
      const value: unknown = JSON.parse(answer.text);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
    } catch {
      // Said below.
    }
    throw this.nonsense(url, answer.text);
  }

  /** The error of an answer that is not what MLflow says. */
  nonsense(at: URL | string, text: string): TrackingError {
    const where = at instanceof URL ? at.pathname : at;
    return new TrackingError(this.redact(`The answer to ${where} is not an MLflow server's: ${shown(text)}`), {
      hint: 'Check that trackingUri is the address of an MLflow server and that no proxy or login page answers in its place.',
      details: { path: where },
    });
  }

  private failed(
    method: string,
    url: URL,
    answer: HttpAnswer | undefined,
    cause: unknown,
    attempts: number,
    unreachable: boolean,
  ): TrackingError {
    const what = `${method} ${url.pathname}`;
    const tried = attempts > 1 ? ` (tried ${attempts} times)` : '';
    if (!answer) {
      const code = codeOf(cause);
      const text = `${this.#options.url.host}: ${what}: ${code ?? String(cause)}${tried}`;
      return new TrackingError(this.redact(`The tracking server cannot be reached: ${text}`), {
        hint: 'Start the server or check trackingUri; with the option `journal`, runs are kept in files until a server answers.',
        details: { unreachable, ...(code && { reason: code }), attempts },
      });
    }
    const { errorCode, message } = serverSays(answer.text);
    const said = message === '' ? '' : `: ${shown(message)}`;
    const code = errorCode ? ` ${errorCode}` : '';
    return new TrackingError(
      this.redact(`The tracking server answered ${answer.status}${code} to ${what}${tried}${said}`),
      {
        hint: hintOf(answer.status),
        details: { status: answer.status, ...(errorCode && { errorCode }), unreachable, attempts },
      },
    );
  }
}

function hintOf(status: number): string {
  if (status === 401 || status === 403)
    return 'Check the token, or the user name and password, and what they may do; see MLFLOW_TRACKING_TOKEN.';
  if (status === 404) return 'Check trackingUri, and that the server is an MLflow server of version 2 or later.';
  if (status >= 300 && status < 400) return 'The server sends elsewhere, which is not followed: use the final address.';
  if (status === 413) return "The server's or a proxy's limit for uploads is lower than the file: raise it.";
  if (status >= 500 || status === 429) return 'The server has a problem of its own: see its log, and try again later.';
  return 'See what the server says.';
}

function serverSays(text: string): { errorCode?: string; message: string } {
  try {
    const { error_code, message } = JSON.parse(text) as { error_code?: unknown; message?: unknown };
    return {
      ...(typeof error_code === 'string' && { errorCode: error_code.slice(0, 60) }),
      message: typeof message === 'string' ? message : '',
    };
  } catch {
    return { message: text };
  }
}
