/** What the embedded database's thread is asked, and what it answers. */
import type { SerializedError } from '../../../kernels/error-transfer.js';
import type { Row } from '../database.js';

export interface Statement {
  readonly id: number;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Of PostgreSQL: what its errors say beside their message. */
export interface SqlFault {
  readonly message: string;
  readonly code: string;
  readonly constraint?: string;
}

export type Reply =
  | { readonly kind: 'ready' }
  /** It cannot start, or cannot go on: the thread ends. */
  | { readonly kind: 'broken'; readonly error: SerializedError }
  | { readonly kind: 'rows'; readonly id: number; readonly rows: readonly Row[] }
  | { readonly kind: 'refused'; readonly id: number; readonly fault: SqlFault };
