/** Errors, grouped by fingerprint: class of the error, path of the step, message without ids and numbers. */

import { createHash } from 'node:crypto';
import { type AttributeKey, BoundedMap, type SpanRecord } from '@spanline/record';
import { parseFilter } from '../filter/index.ts';
import { endMs, isSpanEnd, type ReadRecord } from '../records/index.ts';
import { normalMessage } from './normal-message.ts';

/** Failed spans, by the grammar of filters. */
export const FAILED = parseFilter('status:error');

/** Keys that groups of errors are made of. */
export const ERROR_KEYS = [
  'spanline.schema',
  'event.name',
  '@timestamp',
  'event.start',
  'duration_ms',
  'level',
  'trace_id',
  'span_id',
  'parent_span_id',
  'span.name',
  'span.path',
  'span.status',
  'spanline.error.propagated',
  'error.type',
  'error.message',
  'http.request.id',
  'user.id',
] as const satisfies readonly AttributeKey[];

/** Where an error was seen. */
export interface ErrorExample {
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly requestId: string | undefined;
  /** The message of the newest error, as it was written; at most 2,000 characters of it. */
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

/** A failed span, until it is known whether its error arose there. */
interface Failure {
  readonly group: OpenGroup['group'];
  readonly ms: number | undefined;
  readonly user: string | undefined;
  readonly example: ErrorExample;
  /** The span and its error. A child with the same error names them too. */
  readonly key: string;
}

/** Most kinds of errors. */
const MAX_GROUPS = 10_000;
/** Users that are counted in each group. */
const MAX_USERS = 10_000;
/**
 * Failed spans that are held until their parents and children were seen. A log has children before parents; a cluster
 * has them in any order.
 */
const MAX_HELD = 50_000;
/** Characters of an error by which parent and child are compared. */
const MAX_COMPARED = 500;
/** Characters of a message that are held. */
const MAX_MESSAGE = 2000;
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

function widen(open: OpenGroup, { ms, user, example }: Failure): void {
  open.count++;
  if (user !== undefined && open.users.size < MAX_USERS) open.users.add(user);
  if (ms !== undefined) open.firstMs = Math.min(open.firstMs, ms);
  if (ms !== undefined && ms < open.lastMs) return;
  open.lastMs = ms ?? open.lastMs;
  open.example = example;
}

function toFailure(record: SpanRecord, key: string): Failure {
  return {
    group: fingerprintOf(record),
    ms: endMs(record),
    user: record['user.id'],
    example: {
      traceId: record.trace_id,
      spanId: record.span_id,
      requestId: record['http.request.id'],
      message: record['error.message']?.slice(0, MAX_MESSAGE),
    },
    key,
  };
}

const finite = (ms: number): number | undefined => (Number.isFinite(ms) ? ms : undefined);

/** Creates a collector. */
function createErrorCollector(): ErrorCollector {
  const groups = new Map<string, OpenGroup>();
  /** Keys of the spans that got their error from a child. */
  const passedOn = new BoundedMap<string, true>(2 * MAX_HELD);
  let [held, earlier]: [Failure[], Failure[]] = [[], []];
  let ungrouped = 0;
  let count = 0;

  function settle(failures: readonly Failure[]): void {
    for (const failure of failures) {
      if (passedOn.has(failure.key)) continue;
      count++;
      let open = groups.get(failure.group.fingerprint);
      if (open === undefined) {
        if (groups.size >= MAX_GROUPS) {
          ungrouped++;
          continue;
        }
        const { group, example } = failure;
        const [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        open = { group, count: 0, firstMs, lastMs, users: new Set(), example };
        groups.set(group.fingerprint, open);
      }
      widen(open, failure);
    }
  }

  return {
    add({ kind, record }) {
      if (record['span.status'] !== 'error' || !isSpanEnd(kind, record)) return;
      const { trace_id: trace, span_id: id, parent_span_id: parent } = record;
      const error = `${record['error.type']} ${record['error.message']}`.slice(0, MAX_COMPARED);
      // Lines of other programs do not say that an error was passed on: parent and child then have the same one.
      if (parent !== undefined) passedOn.set(`${trace}/${parent} ${error}`, true);
      if (record['spanline.error.propagated'] === true) return;
      if (held.length >= MAX_HELD / 2) {
        settle(earlier);
        [held, earlier] = [[], held];
      }
      held.push(toFailure(record, `${trace}/${id} ${error}`));
    },
    end() {
      settle(earlier);
      settle(held);
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
