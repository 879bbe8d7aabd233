/**
 * Files of runs and models, sent to where the server keeps them: through the server (`mlflow-artifacts:`, http), into a directory that it
 * shares with this machine (`file:`), or to storage that the server signs an address for (`s3:`, `gs:`, `abfss:` and the like).
 */
import { copyFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TrackingError } from '../../core/errors.js';
import { filesIn } from '../files-in.js';
import type { MLflowClient } from './client.js';
import { artifactPath } from './names.js';

/** Where files go: the server's address of them, and whose they are. */
export interface ArtifactTarget {
  readonly artifactUri: string;
  readonly owner: { readonly run_id: string } | { readonly model_id: string };
  /** Folder below the address; empty for its top. */
  readonly to: string;
}

/** Sends every file of `directory`; files named in `instead` with that text in place of their content. */
export async function uploadDirectory(
  client: MLflowClient,
  target: ArtifactTarget,
  directory: string,
  instead: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const put = await uploader(client, target);
  for (const path of await filesIn(directory)) {
    const name = artifactPath(target.to === '' ? path : `${target.to}/${path}`);
    await put(name, join(directory, ...path.split('/')), instead.get(path));
  }
}

type Put = (path: string, file: string, text: string | undefined) => Promise<void>;

async function uploader(client: MLflowClient, { artifactUri, owner }: ArtifactTarget): Promise<Put> {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(artifactUri)?.[1].toLowerCase() ?? '';
  if (scheme === 'mlflow-artifacts' || scheme === 'http' || scheme === 'https') {
    const base = proxyAddress(client, artifactUri);
    return async (path, file, text) => {
      const url = new URL(base);
      url.pathname = `${url.pathname.replace(/\/$/, '')}/${encoded(path)}`;
      await client.upload('PUT', url, await bodyOf(file, text));
    };
  }
  if (scheme === 'file' || artifactUri.startsWith('/')) {
    const root = await sharedDirectory(client, artifactUri);
    return async (path, file, text) => {
      const place = join(root, ...path.split('/'));
      await mkdir(dirname(place), { recursive: true });
      await (text === undefined ? copyFile(file, place) : writeFile(place, text));
    };
  }
  return async (path, file, text) => {
    const signed = await client.post('artifacts/presigned-upload-url', { ...owner, path }).catch((error) => {
      throw new TrackingError(`The server signs no address for artifacts in ${scheme || 'its'}: storage`, {
        hint: 'Start the server with --artifacts-destination, so that artifacts go through it, or use MLflow 3.9 or later with a storage that signs addresses.',
        details: { scheme },
        cause: error,
      });
    });
    const { presigned_url: address, headers } = signed;
    if (typeof address !== 'string' || !URL.canParse(address))
      throw client.nonsense('artifacts/presigned-upload-url', 'no address');
    const extra = Object.entries(headers ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    await client.upload('PUT', new URL(address), await bodyOf(file, text), Object.fromEntries(extra));
  };
}

/** `mlflow-artifacts:/1/run/artifacts` is below the tracking address; with a host, on that host. */
function proxyAddress(client: MLflowClient, artifactUri: string): URL {
  if (!artifactUri.startsWith('mlflow-artifacts:')) return new URL(artifactUri);
  const rest = artifactUri.slice('mlflow-artifacts:'.length);
  const host = /^\/\/([^/]+)/.exec(rest)?.[1];
  const path = rest.replace(/^\/\/[^/]*/, '').replace(/^\/+/, '');
  const url = client.at(`/api/2.0/mlflow-artifacts/artifacts/${path}`);
  if (host) url.host = host;
  return url;
}

/** A path is only meant here when server and client are one machine. */
async function sharedDirectory(client: MLflowClient, artifactUri: string): Promise<string> {
  const { hostname } = client.url;
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  const path = artifactUri.startsWith('/') ? artifactUri : fileURLToPath(artifactUri);
  if (local) return path;
  throw new TrackingError(`The server keeps artifacts in a directory of its own machine, ${path}`, {
    hint: 'Start the server with --artifacts-destination, so that clients send artifacts through it.',
    details: { artifactUri },
  });
}

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

async function bodyOf(file: string, text: string | undefined): Promise<string | { file: string; size: number }> {
  return text ?? { file, size: (await stat(file)).size };
}
