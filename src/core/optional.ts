/** Optional packages: loaded on first use, their absence a typed error whose hint is the install line. */
import { MissingDependencyError } from './errors.js';

/** Awaits `load()`; a module that is not found becomes `MissingDependencyError`. */
export async function loadOptional<T>(name: string, feature: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new MissingDependencyError(`${feature} needs the package '${name}', which is not installed`, {
      hint: `npm install ${name}`,
      details: { package: name },
      cause: error,
    });
  }
}
