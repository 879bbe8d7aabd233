/**
 * Zod, loaded with the first schema that is used; the build bundles the part of it that schemas here use, which loads ten times faster.
 * `require` is what makes a synchronous late load possible from a constructor.
 */
import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type * as Zod from 'zod';
import { ConfigError } from './errors.js';
import { builtFile, FROM_SOURCES } from './location.js';
import { nearest, shown } from './text.js';

export type ZodModule = typeof Zod;
export type { ZodType } from 'zod';

let loaded: ZodModule | undefined;

export function zod(): ZodModule {
  const from = FROM_SOURCES ? 'zod' : fileURLToPath(builtFile('core/zod.cjs'));
  loaded ??= createRequire(import.meta.url)(from) as ZodModule;
  return loaded;
}

/** Loads zod between two turns of the event loop, so that the first schema does not wait for it; nothing to do where it is loaded. */
export async function prepareSchemas(): Promise<void> {
  if (loaded) return;
  await nextTurn();
  zod();
  await nextTurn();
}

/** A schema built on first use. */
export interface LazySchema<S extends Zod.ZodType> {
  (): S;
  /** Parses or throws `ConfigError` naming the key, the allowed keys and the nearest one. */
  parse(value: unknown, what: string): Zod.output<S>;
}

/** Declares a schema without loading zod; `type Options = SchemaInput<typeof schema>` gives its types. */
export function lazySchema<S extends Zod.ZodType>(build: (z: ZodModule) => S): LazySchema<S> {
  let schema: S | undefined;
  const get = (): S => (schema ??= build(zod()));
  return Object.assign(get, { parse: (value: unknown, what: string) => parseWith(get(), value, what) });
}

export type SchemaInput<L> = L extends LazySchema<infer S> ? Zod.input<S> : never;
export type SchemaOutput<L> = L extends LazySchema<infer S> ? Zod.output<S> : never;

/** Parses `value` with any zod schema; every problem becomes one `ConfigError` with all of them listed. */
export function parseWith<S extends Zod.ZodType>(schema: S, value: unknown, what: string): Zod.output<S> {
  // Compiling a schema's parser takes longer than the few configs of a process, and nobody else may run meanwhile.
  const result = schema.safeParse(value, { jitless: true });
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => describeIssue(issue, schema));
  throw new ConfigError(`${what}: ${problems.map((p) => p.message).join('; ')}`, {
    hint:
      problems
        .map((p) => p.hint)
        .filter(Boolean)
        .join(' ') || 'See the documentation of this option for its type and range.',
    details: { problems },
  });
}

export interface ConfigProblem {
  /** Keys from the root to the value, such as ['params', 'numLeaves']. */
  path: (string | number)[];
  message: string;
  hint: string;
  /** The valid key closest to an unknown one. */
  nearest?: string;
}

function describeIssue(issue: Zod.core.$ZodIssue, root: Zod.ZodType): ConfigProblem[] {
  const path = issue.path.map((p) => (typeof p === 'symbol' ? String(p) : p));
  if (issue.code === 'unrecognized_keys') {
    const allowed = keysAt(root, path);
    return issue.keys.map((key) => {
      const close = nearest(key, allowed);
      return {
        path: [...path, key],
        message: `unknown key '${shown([...path, key].join('.'))}'`,
        hint: close ? `Did you mean '${close}'?` : allowed.length > 0 ? `Valid keys: ${allowed.join(', ')}.` : '',
        nearest: close,
      };
    });
  }
  const at = path.length > 0 ? `'${path.join('.')}'` : 'value';
  return [{ path, message: `${at}: ${issue.message}`, hint: '' }];
}

/** Keys of the object schema at `path`, looking through optional, default and pipe wrappers. */
function keysAt(schema: Zod.ZodType, path: (string | number)[]): string[] {
  let node: unknown = schema;
  const unwrap = (value: unknown): { shape?: Record<string, unknown>; element?: unknown } => {
    let current = value as {
      _zod?: {
        def: {
          innerType?: unknown;
          in?: unknown;
          out?: unknown;
          shape?: Record<string, unknown>;
          element?: unknown;
          type: string;
        };
      };
    };
    for (let guard = 0; guard < 20; guard++) {
      const def = current?._zod?.def;
      if (!def) return {};
      if (def.shape) return { shape: def.shape };
      if (def.element) return { element: def.element };
      const inner =
        def.innerType ??
        (def.type === 'pipe'
          ? (def.out as typeof current)?._zod?.def.type === 'transform'
            ? def.in
            : def.out
          : undefined);
      if (!inner) return {};
      current = inner as typeof current;
    }
    return {};
  };
  for (const key of path) {
    const { shape, element } = unwrap(node);
    node = typeof key === 'number' ? element : shape?.[key];
  }
  return Object.keys(unwrap(node).shape ?? {});
}
