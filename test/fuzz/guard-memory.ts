/** While a case runs, no array or memory may be made that is far larger than what the case could need: sizes in files are to be checked first. */

const KINDS = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const;

export class MemoryGuard {
  /** Bytes of the largest allocation over the limit. */
  excess: number | undefined;
  private limit = Number.POSITIVE_INFINITY;
  private readonly undo: (() => void)[] = [];

  install(): void {
    const scope = globalThis as unknown as Record<string, unknown>;
    for (const name of KINDS) {
      const plain = scope[name] as { new (...args: unknown[]): object; BYTES_PER_ELEMENT?: number };
      const size = plain.BYTES_PER_ELEMENT ?? 1;
      scope[name] = new Proxy(plain, {
        construct: (target, args, newTarget) => {
          const [first] = args as [unknown];
          if (typeof first === 'number') this.look(first * size);
          return Reflect.construct(target, args, newTarget);
        },
      });
      this.undo.push(() => (scope[name] = plain));
    }
    const { alloc, allocUnsafe } = Buffer;
    const { from } = Array;
    const looking = <A extends unknown[], R>(plain: (n: number, ...rest: A) => R) => {
      return (n: number, ...rest: A): R => {
        this.look(n);
        return plain(n, ...rest);
      };
    };
    Buffer.alloc = looking(alloc);
    Buffer.allocUnsafe = looking(allocUnsafe);
    const guarded = function (this: unknown, ...args: unknown[]): unknown {
      const [items] = args as [{ length?: unknown } | undefined];
      if (typeof items?.length === 'number' && !ArrayBuffer.isView(items)) look(items.length * 8);
      return Reflect.apply(from, this, args);
    };
    const look = (bytes: number) => this.look(bytes);
    Array.from = guarded as typeof Array.from;
    this.undo.push(() => {
      Buffer.alloc = alloc;
      Buffer.allocUnsafe = allocUnsafe;
      Array.from = from;
    });
  }

  uninstall(): void {
    for (const back of this.undo.splice(0)) back();
  }

  watch(limit: number): void {
    this.limit = limit;
    this.excess = undefined;
  }

  rest(): void {
    this.limit = Number.POSITIVE_INFINITY;
  }

  private look(bytes: number): void {
    if (!(bytes > this.limit)) return;
    this.excess ??= bytes;
    // Not the allocation itself: it would take the machine's memory for a case that has failed already.
    throw new RangeError(`an allocation of ${bytes} bytes`);
  }
}
