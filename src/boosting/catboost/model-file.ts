/** CatBoost's model files on disk: JSON, or cbm by their first bytes (reading) and by their name (writing). */
import { readFile } from 'node:fs/promises';
import { InvalidInputError, ModelFormatError } from '../../core/errors.js';
import { isCbm, parseCbm } from './cbm-reader.js';
import { formatCbm } from './cbm-writer.js';
import type { CatBoostFile } from './ensemble.js';
import { parseJsonModel } from './json-reader.js';
import { formatJsonModel } from './json-writer.js';

export async function readModelFile(file: string): Promise<CatBoostFile> {
  const bytes = await readBytes(file);
  return isCbm(bytes) ? parseCbm(bytes) : parseJsonModel(new TextDecoder().decode(bytes));
}

/**
 * The content for a file of this name.
 *
 * @throws InvalidInputError - a model that CatBoost would misread from JSON
 */
export function formatModelFile(content: CatBoostFile, file: string): string | Uint8Array {
  if (file.endsWith('.cbm')) return formatCbm(content);
  // CatBoost 1.2 reads a fraction in a table of its JSON as 0, also in files of its own.
  if (content.ensemble.ctrTables.some(({ sums }) => sums?.some((sum) => !Number.isInteger(sum)))) {
    throw new InvalidInputError(
      'catboost: exportNative: CatBoost misreads the mean target values of this model from JSON',
      {
        hint: "Export it under a name that ends in '.cbm'.",
        details: { file },
      },
    );
  }
  return formatJsonModel(content);
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
