/** The error for a model file that is not what it should be. */
import { ModelFormatError } from '../../core/errors.js';

/** The error for a file that is not what it should be; `part` names the place in the document. */
export function damaged(part: string, problem: string, details: Record<string, unknown> = {}): ModelFormatError {
  return new ModelFormatError(`XGBoost model file, ${part}: ${problem}`, {
    hint: 'The file is damaged, cut short or no XGBoost JSON or UBJSON model: save it again (Booster.save_model in Python, exportNative here).',
    details: { part, ...details },
  });
}
