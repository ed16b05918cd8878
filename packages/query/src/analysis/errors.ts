/** Errors, grouped by fingerprint: class of the error, path of the step, message without ids and numbers. */

import { createHash } from 'node:crypto';
import { BoundedMap, type SpanRecord } from '@spanline/record';
import { endMs, isSpanEnd, type ReadRecord } from '../records/index.ts';
import { normalMessage } from './normal-message.ts';

/** Where an error was seen. */
export interface ErrorExample {
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly requestId: string | undefined;
  /** The message as it was written, of the newest error. */
  readonly message: string | undefined;
}

/** Errors with one fingerprint. */
export interface ErrorGroup {
  /** Eight hexadecimal digits; the same in every log. */
  readonly fingerprint: string;
  /** `error.type`. */
  readonly type: string;
  /** `span.path`, or else the name of the span. */
  readonly path: string;
  /** The message with placeholders for ids, numbers and texts. */
  readonly message: string;
  readonly count: number;
  /** Milliseconds since the epoch; `undefined` if no line has a time. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  /** Users with an `user.id`. */
  readonly users: number;
  readonly example: ErrorExample;
}

/** The groups of a log. */
export interface ErrorGroups {
  /** The group with the most errors first; of two the newest. */
  readonly groups: readonly ErrorGroup[];
  /** Errors of all groups. */
  readonly count: number;
  /** Errors that were not grouped, because there are too many kinds of them. */
  readonly ungrouped: number;
}

interface OpenGroup {
  readonly group: Omit<ErrorGroup, 'count' | 'firstMs' | 'lastMs' | 'users' | 'example'>;
  count: number;
  firstMs: number;
  lastMs: number;
  readonly users: Set<string>;
  example: ErrorExample;
}

/** Most kinds of errors. */
const MAX_GROUPS = 10_000;
/** Users that are counted in each group. */
const MAX_USERS = 10_000;
/** Failed spans whose parents may still come: lines of parents follow those of their children. */
const MAX_SEEN = 100_000;
const UNKNOWN = '(unknown)';

/** The fingerprint of a failed span, and its parts. */
export function fingerprintOf(record: SpanRecord): Pick<ErrorGroup, 'fingerprint' | 'type' | 'path' | 'message'> {
  const type = record['error.type'] ?? UNKNOWN;
  const path = record['span.path'] ?? record['span.name'] ?? UNKNOWN;
  const message = normalMessage(record['error.message'] ?? '');
  const hash = createHash('sha256').update(JSON.stringify([type, path, message]));
  return { fingerprint: hash.digest('hex').slice(0, 8), type, path, message };
}

/** Groups errors. An error counts where it arose, not in the spans that it passed through. */
interface ErrorCollector {
  add(read: ReadRecord): void;
  end(): ErrorGroups;
}

function widen(open: OpenGroup, record: SpanRecord): void {
  open.count++;
  const user = record['user.id'];
  if (user !== undefined && open.users.size < MAX_USERS) open.users.add(user);
  const ms = endMs(record);
  if (ms !== undefined) open.firstMs = Math.min(open.firstMs, ms);
  if (ms !== undefined && ms < open.lastMs) return;
  open.lastMs = ms ?? open.lastMs;
  open.example = {
    traceId: record.trace_id,
    spanId: record.span_id,
    requestId: record['http.request.id'],
    message: record['error.message'],
  };
}

const finite = (ms: number): number | undefined => (Number.isFinite(ms) ? ms : undefined);

/** Creates a collector. */
function createErrorCollector(): ErrorCollector {
  const groups = new Map<string, OpenGroup>();
  /** Type and message of the error that a parent got from a child, by the parent's ids. */
  const passedOn = new BoundedMap<string, string>(MAX_SEEN);
  let ungrouped = 0;
  let count = 0;

  /** Lines of other programs do not say that an error was passed on: parent and child then have the same one. */
  function isPassedOn(record: SpanRecord): boolean {
    const { trace_id: trace, span_id: id, parent_span_id: parent } = record;
    const error = `${record['error.type']} ${record['error.message']}`;
    if (parent !== undefined) passedOn.set(`${trace}/${parent}`, error);
    return record['spanline.error.propagated'] === true || passedOn.get(`${trace}/${id}`) === error;
  }

  return {
    add({ kind, record }) {
      if (record['span.status'] !== 'error' || !isSpanEnd(kind, record) || isPassedOn(record)) return;
      count++;
      const group = fingerprintOf(record);
      let open = groups.get(group.fingerprint);
      if (open === undefined) {
        if (groups.size >= MAX_GROUPS) {
          ungrouped++;
          return;
        }
        const example = { traceId: undefined, spanId: undefined, requestId: undefined, message: undefined };
        const [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        open = { group, count: 0, firstMs, lastMs, users: new Set(), example };
        groups.set(group.fingerprint, open);
      }
      widen(open, record);
    },
    end() {
      const rows = [...groups.values()].map(({ group, users, firstMs, lastMs, ...rest }) => ({
        ...group,
        ...rest,
        firstMs: finite(firstMs),
        lastMs: finite(lastMs),
        users: users.size,
      }));
      const sorted = rows.toSorted((a, b) => b.count - a.count || (b.lastMs ?? 0) - (a.lastMs ?? 0));
      return { groups: sorted, count, ungrouped };
    },
  };
}

/** Groups the errors among lines, such as those of `log.records('status:error')`. */
export async function errorGroups(records: AsyncIterable<ReadRecord>): Promise<ErrorGroups> {
  const collector = createErrorCollector();
  for await (const read of records) collector.add(read);
  return collector.end();
}
