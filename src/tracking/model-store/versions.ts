/**
 * Versions of one model on disk: numbered directories that are made whole, by exactly one of all who try, and never change. A version on
 * its way out is first renamed; whoever needs it until then takes it back.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { claimDirectory } from '../../core/create-whole.js';
import { InvalidInputError } from '../../core/errors.js';
import { unwritable } from '../../core/files.js';
import { lifeOfTag, processTag } from '../process-mark.js';
import { entriesIn } from './entries.js';

const NUMBERED = /^(\d+)(\.collecting|\.collected\.json)?$/;
const WRITING = '.writing-';
/** Whose it is, and an id of its own. */
const WRITTEN_BY = /^\.writing-(.+)\.[0-9a-f-]{36}$/;
const DELETING = '.deleting-';
const DAY_MS = 86_400_000;

export class Versions {
  constructor(
    readonly directory: string,
    private readonly model: string,
  ) {}

  path(version: number): string {
    return join(this.directory, String(version));
  }

  /** Numbers of the versions that are there, in their order; what is being collected still is. */
  async numbers(): Promise<number[]> {
    const names = await this.names();
    const present = names.flatMap((name) => {
      const match = NUMBERED.exec(name);
      return match && match[2] !== '.collected.json' ? [Number(match[1])] : [];
    });
    return [...new Set(present)].sort((a, b) => a - b);
  }

  /** Adds a version that `fill` writes; `finish` writes what depends on its number. */
  async add(
    fill: (directory: string) => Promise<void>,
    finish: (directory: string, version: number) => Promise<void>,
  ): Promise<number> {
    await mkdir(this.directory, { recursive: true }).catch((error) => unwritable(this.directory, error));
    const temporary = join(this.directory, `${WRITING}${processTag()}.${randomUUID()}`);
    try {
      await mkdir(temporary);
      await fill(temporary);
      for (;;) {
        // Numbers are not used again: those of versions that were collected count too.
        const version =
          1 + (await this.names()).reduce((most, name) => Math.max(most, Number(NUMBERED.exec(name)?.[1] ?? 0)), 0);
        await finish(temporary, version);
        if (await claimDirectory(temporary, this.path(version))) return version;
      }
    } catch (error) {
      return unwritable(this.directory, error);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  /** Whether the version is there; one that is being collected is taken back. */
  async rescue(version: number): Promise<boolean> {
    if (existsSync(this.path(version))) return true;
    const back = await rename(this.collecting(version), this.path(version)).then(
      () => true,
      () => existsSync(this.path(version)),
    );
    if (back) await rm(this.tombstone(version), { force: true });
    return back;
  }

  /** @throws InvalidInputError - it is not there */
  async require(version: number): Promise<string> {
    if (await this.rescue(version)) return this.path(version);
    const gone = existsSync(this.tombstone(version));
    throw new InvalidInputError(
      gone
        ? `Version ${version} of '${this.model}' was collected as garbage`
        : `The model '${this.model}' has no version ${version}`,
      { hint: '`list` shows the versions.', details: { name: this.model, version } },
    );
  }

  /**
   * Deletes a version unless `needed` says, before the last step and after it, that someone needs it now.
   * What a killed process leaves is a version that is whole, or none.
   */
  async collect(version: number, needed: () => Promise<boolean>): Promise<boolean> {
    const [path, collecting] = [this.path(version), this.collecting(version)];
    if (existsSync(path)) await rename(path, collecting).catch(() => undefined);
    if (await needed()) {
      await this.rescue(version);
      return false;
    }
    // That it is there says all; what it holds is for people.
    const note = `${JSON.stringify({ version, collectedAt: new Date().toISOString() })}\n`;
    await writeFile(this.tombstone(version), note).catch(async (error: unknown) => {
      await this.rescue(version);
      unwritable(this.directory, error);
    });
    const deleting = join(this.directory, `${DELETING}${randomUUID()}`);
    try {
      await rename(collecting, deleting);
    } catch {
      if (existsSync(path)) await rm(this.tombstone(version), { force: true });
      return false;
    }
    if (await needed()) {
      await rename(deleting, path);
      await rm(this.tombstone(version), { force: true });
      return false;
    }
    await rm(deleting, { recursive: true, force: true });
    return true;
  }

  /** Removes what processes left that died while they wrote or deleted. */
  async tidy(): Promise<void> {
    for (const name of await this.names()) {
      const path = join(this.directory, name);
      if (name.startsWith(DELETING)) await rm(path, { recursive: true, force: true });
      if (name.startsWith(WRITING) && (await abandoned(path))) await rm(path, { recursive: true, force: true });
    }
  }

  private collecting(version: number): string {
    return `${this.path(version)}.collecting`;
  }

  private tombstone(version: number): string {
    return `${this.path(version)}.collected.json`;
  }

  private async names(): Promise<string[]> {
    return (await entriesIn(this.directory)).map(({ name }) => name);
  }
}

/** Its writer is gone, or on another machine and silent for a day. */
async function abandoned(path: string): Promise<boolean> {
  const life = lifeOfTag(WRITTEN_BY.exec(basename(path))?.[1] ?? '');
  if (life !== 'unknown') return life === 'dead';
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
  return Date.now() - mtimeMs > DAY_MS;
}
