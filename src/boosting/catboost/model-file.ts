/** CatBoost's model files on disk: JSON, or cbm by their first bytes (reading) and by their name (writing). */
import { readFile } from 'node:fs/promises';
import { ModelFormatError } from '../../core/errors.js';
import { isCbm, parseCbm } from './cbm-reader.js';
import { formatCbm } from './cbm-writer.js';
import type { CatBoostFile } from './ensemble.js';
import { parseJsonModel } from './json-reader.js';
import { formatJsonModel } from './json-writer.js';

export async function readModelFile(file: string): Promise<CatBoostFile> {
  const bytes = await readBytes(file);
  return isCbm(bytes) ? parseCbm(bytes) : parseJsonModel(new TextDecoder().decode(bytes));
}

/** The content for a file of this name. */
export function formatModelFile(content: CatBoostFile, file: string): string | Uint8Array {
  return file.endsWith('.cbm') ? formatCbm(content) : formatJsonModel(content);
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new ModelFormatError(`Cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, {
      hint: 'Pass the path of a model that save_model of CatBoost or exportNative wrote.',
      details: { part: 'file' },
      cause: error,
    });
  }
}
