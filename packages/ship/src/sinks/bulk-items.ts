/** The answer of `_bulk` for each document. */
import type { ItemResult } from '../contracts/sink.ts';

const ERROR_TYPE = /^\w{1,100}$/;

/**
 * How Elasticsearch and OpenSearch name the field of an error. Only the name is repeated, without the value that the
 * server quotes.
 */
const FIELDS: readonly RegExp[] = [
  /failed to parse field \[([^\]]{1,200})\]/,
  /object mapping for \[([^\]]{1,200})\]/,
  /^mapper \[([^\]]{1,200})\]/,
  /dynamic introduction of \[([^\]]{1,200})\]/,
  /immense term in field="([^"]{1,200})"/,
];

/**
 * Errors with the status 400 that say something of the index, and nothing of the document: it is closed, its shards
 * would be too many, or it may not have its name.
 */
const INDEX_ERRORS: ReadonlySet<unknown> = new Set([
  'index_closed_exception',
  'invalid_alias_name_exception',
  'invalid_index_name_exception',
  'resource_already_exists_exception',
  'validation_exception',
]);
/** The same of an `illegal_argument_exception`: a pipeline or the index behind an alias is missing. */
const INDEX_REASON =
  /^(?:pipeline with id \[|no write index is defined for alias |alias \[[^\]]*\] has more than one )/;

interface ItemError {
  readonly type?: unknown;
  readonly reason?: unknown;
}

/** Names the type of error and the field. */
function describeError(status: number, { type, reason }: ItemError): string {
  const text = typeof reason === 'string' ? reason : '';
  const field = FIELDS.map((form) => form.exec(text)?.[1]).find((name) => name !== undefined);
  const kind = typeof type === 'string' && ERROR_TYPE.test(type) ? type : 'refused';
  return `${status} ${kind}${field === undefined ? '' : ` in field ${field}`}`;
}

/** True if every document would be refused, until somebody sets the index right. */
function isOfIndex(status: number, { type, reason }: ItemError): boolean {
  if (status === 401 || status === 403 || status === 404) return true;
  return status === 400 && (INDEX_ERRORS.has(type) || (typeof reason === 'string' && INDEX_REASON.test(reason)));
}

/** Reads the answer for one document. */
export function resultOfItem(item: unknown): ItemResult {
  const [result] = Object.values((item ?? {}) as Record<string, { status?: unknown; error?: unknown } | null>);
  const status = result?.status;
  if (typeof status !== 'number') return { kind: 'retry', reason: 'an item of the answer has no status' };
  // 409: a document with this id exists, and it is this one.
  if (status === 409 || (status >= 200 && status < 300)) return { kind: 'stored' };
  const { error: given } = result ?? {};
  const error = typeof given === 'object' && given !== null ? (given as ItemError) : {};
  const reason = describeError(status, error);
  if (status === 408 || status === 429 || status >= 500) return { kind: 'retry', reason };
  return { kind: isOfIndex(status, error) ? 'pause' : 'reject', reason };
}

/** Of two documents of a line: the line waits for both, and is refused if one of them is. */
const URGENCY = ['retry', 'pause', 'reject', 'stored'] as const;

/** Joins the answers for the documents of a line: that of the log, and that of the trace if there is one. */
export function resultOfLine([log, trace]: readonly ItemResult[]): ItemResult {
  if (log === undefined) return { kind: 'retry', reason: 'an item of the answer is missing' };
  if (trace === undefined || URGENCY.indexOf(log.kind) <= URGENCY.indexOf(trace.kind)) return log;
  return trace.kind === 'stored' ? trace : { kind: trace.kind, reason: `trace document: ${trace.reason}` };
}
