/**
 * Aliases of a model and their history: one numbered file for each change, made by exactly one of all who try, and never changed. The
 * highest number says where an alias points.
 */
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createWhole } from '../../core/create-whole.js';
import { InvalidInputError } from '../../core/errors.js';
import { unwritable } from '../../core/files.js';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { entriesIn, foldersIn } from './entries.js';
import { damaged } from './manifest.js';

/** One entry of the history of aliases. */
export interface AliasChange {
  readonly alias: string;
  /** Null: the alias was removed. */
  readonly version: number | null;
  readonly action: 'promote' | 'rollBack' | 'remove';
  readonly at: Date;
  readonly reason?: string;
}

const ENTRY = /^(\d{8})\.json$/;
const UNFINISHED = /^\d{8}\.json\.[0-9a-f-]{36}$/;
const DAY_MS = 86_400_000;

export class Aliases {
  /** @param directory - of all aliases of one model */
  constructor(private readonly directory: string) {}

  /** Names of the aliases that there are or were, in their order. */
  async names(): Promise<string[]> {
    return foldersIn(this.directory);
  }

  /** Where each alias points. */
  async current(): Promise<Map<string, number>> {
    const current = new Map<string, number>();
    for (const alias of await this.names()) {
      const version = (await this.last(alias))?.change.version;
      if (typeof version === 'number') current.set(alias, version);
    }
    return current;
  }

  async versionOf(alias: string): Promise<number | undefined> {
    return (await this.last(alias))?.change.version ?? undefined;
  }

  /** From the first change to the last. */
  async history(alias: string): Promise<AliasChange[]> {
    const changes: AliasChange[] = [];
    for (const number of await this.numbers(alias)) changes.push(await this.read(alias, number));
    return changes;
  }

  /** Where rolling back leads: promotions are undone one after another, the last first. */
  async previous(alias: string): Promise<number | undefined> {
    return (await this.promotions(alias)).at(-2) ?? undefined;
  }

  /**
   * Adds a change that `next` makes of where the alias points now; undefined: none is needed.
   * Of two at the same time, the later one is asked again.
   */
  async change(
    alias: string,
    next: (current: number | undefined) => Promise<Omit<AliasChange, 'alias' | 'at'> | undefined>,
  ): Promise<AliasChange | undefined> {
    const refused = (error: unknown): never => unwritable(join(this.directory, alias), error);
    await mkdir(join(this.directory, alias), { recursive: true }).catch(refused);
    for (;;) {
      const last = await this.last(alias);
      const wanted = await next(last?.change.version ?? undefined);
      if (!wanted) return undefined;
      const change = { alias, ...wanted, at: new Date() };
      const body = { ...change, at: change.at.toISOString() };
      const text = `${JSON.stringify({ ...body, checksum: sha256(canonicalJson(body)) })}\n`;
      if (await createWhole(this.file(alias, (last?.number ?? 0) + 1), text).catch(refused)) return change;
    }
  }

  /** Removes what processes left that died while they made a change: of one that is there since, or long ago. */
  async tidy(): Promise<void> {
    for (const alias of await this.names()) {
      const made = (await this.numbers(alias)).at(-1) ?? 0;
      for (const { name } of await entriesIn(join(this.directory, alias))) {
        if (!UNFINISHED.test(name)) continue;
        const path = join(this.directory, alias, name);
        // The one who makes a change removes it too.
        const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
        if (Number(name.slice(0, 8)) <= made || Date.now() - mtimeMs > DAY_MS) await rm(path, { force: true });
      }
    }
  }

  private async promotions(alias: string): Promise<(number | null)[]> {
    const stack: (number | null)[] = [];
    for (const { action, version } of await this.history(alias)) {
      if (action === 'rollBack') stack.pop();
      else stack.push(version);
    }
    return stack;
  }

  private async last(alias: string): Promise<{ number: number; change: AliasChange } | undefined> {
    const number = (await this.numbers(alias)).at(-1);
    return number === undefined ? undefined : { number, change: await this.read(alias, number) };
  }

  private async numbers(alias: string): Promise<number[]> {
    const entries = await entriesIn(join(this.directory, alias));
    return entries
      .flatMap(({ name }) => {
        const match = ENTRY.exec(name);
        return match ? [Number(match[1])] : [];
      })
      .sort((a, b) => a - b);
  }

  private file(alias: string, number: number): string {
    return join(this.directory, alias, `${String(number).padStart(8, '0')}.json`);
  }

  private async read(alias: string, number: number): Promise<AliasChange> {
    const file = this.file(alias, number);
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw damaged(file, `cannot be read: ${error.code}`, error);
    });
    try {
      const { checksum, ...body } = JSON.parse(text) as Record<string, unknown>;
      if (checksum === sha256(canonicalJson(body)) && body.alias === alias && isChange(body)) {
        return { ...(body as unknown as AliasChange), at: new Date(String(body.at)) };
      }
    } catch (error) {
      throw damaged(file, 'is not complete JSON', error);
    }
    throw damaged(file, 'was altered or is damaged');
  }
}

/** A version that is no number would become a path. */
function isChange({ version, action, at, reason }: Readonly<Record<string, unknown>>): boolean {
  return (
    (version === null || (Number.isSafeInteger(version) && (version as number) > 0)) &&
    ['promote', 'rollBack', 'remove'].includes(action as string) &&
    !Number.isNaN(new Date(String(at)).getTime()) &&
    (reason === undefined || typeof reason === 'string')
  );
}

export function noSuchAlias(name: string, alias: string, known: readonly string[]): InvalidInputError {
  return new InvalidInputError(`The model '${name}' has no alias '${alias}'`, {
    hint:
      known.length > 0
        ? `Its aliases: ${known.join(', ')}.`
        : `promote('${name}', version, { alias: '${alias}' }) makes it.`,
    details: { name, alias },
  });
}
