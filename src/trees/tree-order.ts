/** One tree at a time of those laid out flat, its leaves counted from the left. */
import type { FlatTrees } from './flat-trees.js';

/** On the stack: an inner node whose left leaves have all been met, by its place in `inner`. */
const BACK = 2 ** 30;

export class TreeOrder {
  /** Inner nodes by their numbers in `FlatTrees`, parents and left subtrees first. */
  readonly inner: Int32Array;
  /** Leaves `first` .. `end`-1 of the tree are those below the inner node's left child. */
  readonly first: Int32Array;
  readonly end: Int32Array;
  /** From the left, by their numbers in `FlatTrees`. */
  readonly leaves: Int32Array;
  innerCount = 0;
  leafCount = 0;
  private readonly stack: Int32Array;

  constructor(private readonly flat: Pick<FlatTrees, 'children' | 'leafNumber'>) {
    const most = flat.leafNumber.reduce((max, number) => Math.max(max, number + 1), 0);
    this.inner = new Int32Array(most);
    this.first = new Int32Array(most);
    this.end = new Int32Array(most);
    this.leaves = new Int32Array(most);
    this.stack = new Int32Array(2 * most + 1);
  }

  /** The arrays hold this tree until the next one. */
  read(root: number): void {
    const { inner, first, end, leaves, stack } = this;
    const { children } = this.flat;
    let nodes = 0;
    let count = 0;
    let top = 0;
    stack[top++] = root;
    while (top > 0) {
      const next = stack[--top];
      if (next < 0) leaves[count++] = ~next;
      else if (next >= BACK) end[next - BACK] = count;
      else {
        inner[nodes] = next;
        first[nodes] = count;
        stack[top++] = children[2 * next + 1];
        stack[top++] = BACK + nodes++;
        stack[top++] = children[2 * next];
      }
    }
    this.innerCount = nodes;
    this.leafCount = count;
  }
}
