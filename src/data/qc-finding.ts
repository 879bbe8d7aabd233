/** What a data-quality report says: its findings, what each weighs, and the verdict they add up to. */

export type QCStatus = 'PASSED' | 'WARNING' | 'FAILED';
/** error: training on this fails or misleads (features of rows out of order mix up past and future); warning: look at it first; info: good to know. */
export type QCSeverity = 'info' | 'warning' | 'error';

/** Kind of a finding. */
export type QCCode =
  | 'MISSING_VALUES'
  | 'ALL_MISSING'
  | 'CONSTANT_COLUMN'
  | 'DUPLICATE_COLUMNS'
  | 'INFINITE_VALUES'
  | 'HIGH_CARDINALITY'
  | 'DUPLICATE_ROWS'
  | 'LABEL_MISSING'
  | 'LABEL_INFINITE'
  | 'LABEL_CONSTANT'
  | 'SINGLE_CLASS'
  | 'TINY_CLASS'
  | 'CLASS_IMBALANCE'
  | 'LABEL_COPY'
  | 'LEAKING_FEATURE'
  | 'TIME_MISSING'
  | 'TIME_ORDER'
  | 'DUPLICATE_TIMESTAMPS'
  | 'TIME_GAPS'
  | 'DRIFT';

/** One thing that is wrong or worth knowing with a table. */
export interface QCFinding {
  readonly code: QCCode;
  readonly severity: QCSeverity;
  readonly column?: string;
  readonly message: string;
  /** Some of the rows concerned, at most 20. */
  readonly rows?: readonly number[];
  /** The numbers behind the message. */
  readonly values?: Readonly<Record<string, number>>;
}

/** The quality of a table: a status, a score and findings. */
export interface QCReport {
  /** FAILED with any error, WARNING with any warning. */
  readonly status: QCStatus;
  /** 1 without findings; each kind of warning costs 0.05, each kind of error 0.5; at least 0. */
  readonly score: number;
  readonly rowCount: number;
  readonly columnCount: number;
  /** Rows of each class, for a label with classes. */
  readonly classCounts?: readonly { readonly label: string; readonly count: number }[];
  readonly findings: readonly QCFinding[];
}

/** Rows named in a finding. */
export const MAX_ROWS = 20;

const COST: Record<QCSeverity, number> = { info: 0, warning: 5, error: 50 };

/** Status and score of findings. */
export function verdict(findings: readonly QCFinding[]): { status: QCStatus; score: number } {
  const has = (severity: QCSeverity) => findings.some((finding) => finding.severity === severity);
  const kinds = new Set(findings.map(({ code, severity }) => `${severity} ${code}`));
  // Whole hundredths, so that the score is exact.
  let score = 100;
  for (const kind of kinds) score -= COST[kind.split(' ')[0] as QCSeverity];
  return { status: has('error') ? 'FAILED' : has('warning') ? 'WARNING' : 'PASSED', score: Math.max(score, 0) / 100 };
}

export const percent = (share: number): string => `${(share * 100).toFixed(share < 0.01 ? 2 : 1)}%`;

/** At most `limit` of the rows, evenly spread. */
export const evenly = (rows: ArrayLike<number>, limit: number): ArrayLike<number> =>
  rows.length <= limit
    ? rows
    : Uint32Array.from({ length: limit }, (_, k) => rows[Math.floor((k * rows.length) / limit)]);
