/**
 * One writer at a time, over processes and languages: a symbolic link beside the file, which the system makes for one of all who try
 * (as Optuna's `JournalFileSymlinkLock`, with the same names). A link whose owner is gone is taken away after the grace period.
 */
import { randomUUID } from 'node:crypto';
import { lstat, rename, symlink, unlink } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

const LONGEST_WAIT_MS = 1000;

export interface LockOptions {
  /** Seconds after which a lock that does not change counts as left behind. */
  readonly graceSeconds: number;
}

/** Runs `work` while holding the lock of `file`. */
export async function withFileLock<T>(file: string, { graceSeconds }: LockOptions, work: () => Promise<T>): Promise<T> {
  await acquire(file, graceSeconds * 1000);
  try {
    return await work();
  } finally {
    await release(file);
  }
}

async function acquire(file: string, grace: number): Promise<void> {
  let pause = 1;
  let seen: number | undefined;
  let since = performance.now();
  for (;;) {
    try {
      await symlink(file, `${file}.lock`);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const made = await lstat(`${file}.lock`).then(
      ({ mtimeMs, ino }) => mtimeMs + ino,
      () => undefined,
    );
    if (made !== seen) {
      seen = made;
      since = performance.now();
    } else if (performance.now() - since > grace) {
      await release(file);
      since = performance.now();
    }
    await wait(pause);
    pause = Math.min(2 * pause, LONGEST_WAIT_MS);
  }
}

/** By a name of its own first: of two who release, one succeeds. */
async function release(file: string): Promise<void> {
  const own = `${file}.lock${randomUUID()}.rename`;
  try {
    await rename(`${file}.lock`, own);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await unlink(own);
}
