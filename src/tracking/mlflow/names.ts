/**
 * Keys and values that an MLflow server takes. Keys may name files on it, so what it would refuse is replaced, and a hash of the
 * original keeps two such keys apart. Limits: https://mlflow.org/docs/latest/api_reference/rest-api.html
 */
import { sha256 } from '../../core/hash.js';

const LIMITS = { key: 250, param: 6000, tag: 8000, name: 500, modelName: 200 } as const;

const cut = (text: string, limit: number): string => {
  const characters = [...text.slice(0, limit * 2)];
  return text.length <= limit ? text : `${characters.slice(0, limit - 3).join('')}...`;
};

/** A key of a parameter, metric or tag: letters, digits and `_-. :/`, no path but its own. */
export function safeKey(key: string): string {
  const plain = key.replace(/[^\p{L}\p{N}_/.\- :]/gu, '_');
  const parts = plain.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  const safe = [...parts.join('/')].slice(0, LIMITS.key).join('');
  if (safe === key && key !== '') return key;
  const mark = `_${sha256(key).slice(0, 8)}`;
  return `${[...(safe || 'unnamed')].slice(0, LIMITS.key - mark.length).join('')}${mark}`;
}

/** Text of a parameter; objects as JSON. */
export function paramText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return cut(text, LIMITS.param);
}

export const tagText = (value: unknown): string => cut(String(value), LIMITS.tag);

/** A name that people read, of a run or an experiment: one line, not too long. */
export const displayName = (name: string): string => cut(oneLine(name), LIMITS.name) || 'unnamed';

/** A registered or logged model's name: without the characters that have a meaning in `models:/name/version`. */
export function modelName(name: string): string {
  const safe = cut(oneLine(name).replace(/[/:.%"']+/g, '-'), LIMITS.modelName);
  return /[\p{L}\p{N}]/u.test(safe) ? safe : 'unnamed';
}

/** A file's path among artifacts: servers refuse or unescape some characters of names. */
export function artifactPath(path: string): string {
  const safe = path.replace(/[\p{Cc}#%?\\]/gu, '_');
  if (safe === path) return path;
  const at = safe.lastIndexOf('.');
  const mark = `_${sha256(path).slice(0, 8)}`;
  return at > safe.lastIndexOf('/') + 1 ? `${safe.slice(0, at)}${mark}${safe.slice(at)}` : `${safe}${mark}`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
}
