/**
 * One HTTP request with its whole answer. Nothing is repeated here, no redirect is followed (credentials stay with the address they were
 * meant for), and an answer has a largest size.
 */
import { createReadStream } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, or a file of that size to be read anew for every try. */
  readonly body?: string | { readonly file: string; readonly size: number };
  /** Longest time without a sign of life. */
  readonly timeoutMs: number;
  /** Ends the request; `send` rejects with the signal's own error. */
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

const LARGEST_ANSWER = 64 << 20;

/** Rejects with an error that has a `code` where no whole answer came. */
export async function send({ method, url, headers, body, timeoutMs, signal }: HttpRequest): Promise<HttpAnswer> {
  const length = body === undefined ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.size;
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = open(url, {
    method,
    headers: { ...headers, ...(body === undefined && method === 'GET' ? {} : { 'content-length': String(length) }) },
    // A connection kept open would keep the process alive, and one that the server has closed meanwhile looks like a failure.
    agent: false,
    ...(signal && { signal }),
  });
  request.setTimeout(timeoutMs, () => request.destroy(failure('ETIMEDOUT', `no answer within ${timeoutMs / 1000} s`)));
  const answer = new Promise<HttpAnswer>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => collect(response).then(resolve, reject));
  });
  // Whoever waits for the body sees its failure; an early answer, such as a refusal, is the answer.
  answer.catch(() => {});
  if (body === undefined || typeof body === 'string') request.end(body);
  else {
    // The file may shrink or grow meanwhile: what does not fit the announced length ends the connection.
    const content = createReadStream(body.file, body.size > 0 ? { end: body.size - 1 } : { end: 0 });
    if (body.size === 0) {
      content.destroy();
      request.end();
    } else await pipeline(content, request).catch((error) => request.destroy(error as Error));
  }
  return answer;
}

async function collect(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > LARGEST_ANSWER) {
      response.destroy();
      throw failure('EMSGSIZE', 'the answer is too large');
    }
  }
  if (!response.complete) throw failure('ECONNRESET', 'the answer ended early');
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') };
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
