/** Checks of traces: spans that never ended, that are alone, that nothing leads to. */

import { BoundedMap } from '@spanline/record';
import { counted } from './finding.ts';
import type { FaultPlace } from './finding.ts';
import { type LineCheck, MAX_LINES, recordCheck, type SeenRecord } from './line-check.ts';

/** A log that goes on for so long behind a span has its parent too, if that ever ended. */
const SETTLED_MS = 600_000;

const keyOf = (trace: string | undefined, span: string | undefined): string => `${trace}/${span}`;

/** Its parent is in another process, or it has none. */
const isRoot = ({ record }: SeenRecord): boolean =>
  record.parent_span_id === undefined || record['spanline.parent.remote'] === true;

/** A span that began and whose end is not read yet, or a span whose parent is not read yet. */
interface Waiting {
  readonly place: FaultPlace;
  readonly atMs: number;
  count: number;
}

const unfinished: LineCheck = {
  name: 'unfinished-spans',
  severity: 'warning',
  text: (count) => `${counted(count, 'span was', 'spans were')} open when the process ended.`,
  fix: 'Wait for open requests, then call await tracer.shutdown(), in the handler of SIGTERM.',
  page: 'docs/logging.md#shutting-down',
  watch(report) {
    const started = new BoundedMap<string, Waiting>(MAX_LINES);
    const open = new Set<string>();
    let lastMs = 0;
    return {
      record({ record, isSpan, place, kind, startMs, endMs = 0 }) {
        if (kind !== 'span') return;
        lastMs = Math.max(lastMs, endMs);
        const key = keyOf(record.trace_id, record.span_id);
        if (record['event.name'] === 'span.start' && open.size < MAX_LINES) {
          open.add(key);
          started.set(key, { place, atMs: startMs ?? endMs, count: 1 });
        }
        if (!isSpan) return;
        open.delete(key);
        if (record['span.status'] === 'unfinished') report(place);
      },
      end() {
        for (const key of open) {
          const span = started.get(key);
          if (span !== undefined && lastMs - span.atMs > SETTLED_MS) report(span.place);
        }
      },
    };
  },
};

const orphans: LineCheck = {
  name: 'missing-parents',
  severity: 'warning',
  text: (count) =>
    `${counted(count, 'span has', 'spans have')} a parent that is not in the log, so that trees have gaps.`,
  fix: 'Read all files of all services, and look for lines that a level or an agent filters out.',
  page: 'docs/logging.md#your-own-pino',
  watch(report) {
    const known = new BoundedMap<string, true>(MAX_LINES);
    const endedRoots = new BoundedMap<string, true>(MAX_LINES);
    const waiting = new Map<string, Waiting>();
    let lastMs = 0;
    // With sampling: { spans: 'roots' } only failed spans are written beside the roots.
    let hasSteps = false;
    return {
      record(seen) {
        const { record, isSpan, kind, place, endMs = 0 } = seen;
        if (kind !== 'span') return;
        lastMs = Math.max(lastMs, endMs);
        const own = keyOf(record.trace_id, record.span_id);
        known.set(own, true);
        waiting.delete(own);
        if (!isSpan) return;
        if (isRoot(seen)) {
          endedRoots.set(record.trace_id ?? '', true);
          return;
        }
        hasSteps ||= record['span.status'] !== 'error';
        const parent = keyOf(record.trace_id, record.parent_span_id);
        if (known.has(parent)) return;
        const before = waiting.get(parent);
        if (before !== undefined) before.count++;
        else if (waiting.size < MAX_LINES) waiting.set(parent, { place, atMs: endMs, count: 1 });
      },
      end() {
        if (!hasSteps) return;
        for (const { place, atMs, count } of waiting.values()) {
          const isSettled = endedRoots.has(place.traceId ?? '') || lastMs - atMs > SETTLED_MS;
          if (isSettled) report(place, count);
        }
      },
    };
  },
};

const late = recordCheck({
  name: 'late-spans',
  severity: 'note',
  text: (count) => `${counted(count, 'span', 'spans')} ended after the request, so that its line does not count them.`,
  fix: 'Await the work before you answer, if it belongs to the request.',
  page: 'docs/observe.md#errors-and-late-spans',
  isFault: ({ record, isSpan }) => isSpan && record['spanline.late'] === true,
});

const MIN_LINES = 10;

const noTrace: LineCheck = {
  name: 'lines-without-trace',
  severity: 'warning',
  text: (count) => `${count} lines of the application have no trace id: most of them belong to no request.`,
  fix: 'Log with tracer.logger or req.log, or give your pino the mixin correlation().',
  page: 'docs/logging.md#your-own-pino',
  watch(report) {
    let spans = 0;
    let joined = 0;
    let alone = 0;
    let first: FaultPlace | undefined;
    return {
      record({ kind, isSpan, record, place }) {
        if (isSpan) spans++;
        if (kind !== 'log') return;
        if (record.trace_id !== undefined) joined++;
        else {
          alone++;
          first ??= place;
        }
      },
      end() {
        if (spans > 0 && alone >= MIN_LINES && alone > joined) report(first, alone);
      },
    };
  },
};

const noRequest: LineCheck = {
  name: 'no-request-ids',
  severity: 'note',
  text: (count) => `${counted(count, 'trace has', 'traces have')} no request id that a user could report.`,
  fix: 'Mount spanlineExpress() first, or pass requestId to withContext().',
  page: 'docs/express.md#ids-trust-and-proxies',
  watch(report) {
    let named = 0;
    let nameless = 0;
    let first: FaultPlace | undefined;
    return {
      record(seen) {
        if (!seen.isSpan || !isRoot(seen)) return;
        if (seen.record['http.request.id'] !== undefined) named++;
        else {
          nameless++;
          first ??= seen.place;
        }
      },
      end() {
        if (named === 0 && nameless > 0) report(first, nameless);
      },
    };
  },
};

/** The checks. */
export const TRACE_CHECKS: readonly LineCheck[] = [unfinished, orphans, late, noTrace, noRequest];
