// Barrier, abort word and work counter of one job. They live in the first kilobyte of the job's memory, a cache line each.
const ARRIVED: usize = 64;
const GENERATION: usize = 128;
const SLEEPERS: usize = 192;
const ABORT: usize = 256;
const NEXT_UNIT: usize = 320;

// About as long as falling asleep and being woken takes (50 to 100 microseconds): threads that meet sooner never do.
const SPINS: i32 = 30000;
// A sleeper returns to JavaScript this often, to see whether the job was stopped from outside.
const SLEEP_NANOSECONDS: i64 = 20_000_000;

const PASSED: i32 = 0, TIMED_OUT: i32 = 1, ABORTED: i32 = 2;

/** Announces this thread at the barrier. Returns -1 if it was the last (the barrier is open), else the generation to wait for. */
export function barrierArrive(threads: i32): i32 {
  const generation = atomic.load<i32>(GENERATION);
  if (atomic.add<i32>(ARRIVED, 1) != threads - 1) return generation;
  atomic.store<i32>(ARRIVED, 0);
  atomic.store<i32>(NEXT_UNIT, 0);
  atomic.add<i32>(GENERATION, 1);
  if (atomic.load<i32>(SLEEPERS) > 0) atomic.notify(GENERATION, -1);
  return -1;
}

/** Waits until the barrier of `generation` opens: spins, then sleeps for at most 20 ms. 0 passed, 1 timed out, 2 aborted. */
export function barrierWait(generation: i32): i32 {
  for (let i = SPINS; i > 0; i--) {
    if (atomic.load<i32>(GENERATION) != generation) return PASSED;
  }
  if (atomic.load<i32>(ABORT) != 0) return ABORTED;
  atomic.add<i32>(SLEEPERS, 1);
  // Returns at once if the generation has moved on in the meantime.
  atomic.wait<i32>(GENERATION, generation, SLEEP_NANOSECONDS);
  atomic.sub<i32>(SLEEPERS, 1);
  if (atomic.load<i32>(GENERATION) != generation) return PASSED;
  return atomic.load<i32>(ABORT) != 0 ? ABORTED : TIMED_OUT;
}

/** Releases every waiting thread of the job with ABORTED, now and from now on. */
export function abort(): void {
  atomic.store<i32>(ABORT, 1);
  atomic.notify(GENERATION, -1);
}

/** Takes the next work unit; counts from 0 after every barrier. */
export function nextUnit(): i32 {
  return atomic.add<i32>(NEXT_UNIT, 1);
}

/** Starts counting work units from 0: what a barrier does, for a job of one thread. */
export function resetUnits(): void {
  atomic.store<i32>(NEXT_UNIT, 0);
}
