/** Checks of processes: clocks, levels, two versions of a package, faults that a tracer counted. */

import { BoundedMap } from '@spanline/record';
import { eventOf } from './event-id.ts';
import { counted, type FaultPlace } from './finding.ts';
import { collectNames, type LineCheck, MAX_LINES, MAX_PROCESSES, recordCheck } from './line-check.ts';

const SKEW_MS = 1000;
const FUTURE_MS = 300_000;

const clocks: LineCheck = {
  name: 'clock-skew',
  severity: 'warning',
  text: (count) =>
    `${counted(count, 'span has', 'spans have')} times that cannot be: before the parent, in the future, or changed while it ran.`,
  fix: 'Synchronise the clocks of the machines (chrony, systemd-timesyncd).',
  page: 'docs/span-schema.md#rules',
  watch(report) {
    const firstChild = new BoundedMap<string, number>(MAX_LINES);
    const nowMs = Date.now();
    return {
      record({ record, isSpan, place, startMs, endMs }) {
        if (!isSpan || startMs === undefined || endMs === undefined) return;
        const written = Date.parse(record['@timestamp'] ?? '');
        const child = firstChild.get(`${record.trace_id}/${record.span_id}`) ?? Number.POSITIVE_INFINITY;
        const isChanged = Math.abs(written - endMs) > SKEW_MS && record['spanline.sample.reason'] === undefined;
        if (isChanged || endMs > nowMs + FUTURE_MS || child < startMs - SKEW_MS) report(place);
        const parent = `${record.trace_id}/${record.parent_span_id}`;
        const before = firstChild.get(parent);
        if (before === undefined || startMs < before) firstChild.set(parent, startMs);
      },
    };
  },
};

const twoVersions: LineCheck = {
  name: 'two-copies',
  severity: 'warning',
  text: (_, detail) => `Two versions of one package write in one process: ${detail}.`,
  fix: 'Update all packages of Spanline together, and look at npm ls.',
  page: 'docs/clients.md#without-code',
  watch(report) {
    const processes = new BoundedMap<string, Map<string, string[]>>(MAX_PROCESSES);
    const names = collectNames();
    return {
      record({ record, isSpan, place }) {
        const { 'otel.scope.name': scope, 'otel.scope.version': version } = record;
        const pid = record['process.pid'];
        if (!isSpan || scope === undefined || version === undefined || pid === undefined) return;
        const key = `${record['host.name']}/${pid}/${record['service.name']}`;
        const scopes = processes.get(key) ?? new Map<string, string[]>();
        processes.set(key, scopes);
        const versions = scopes.get(scope) ?? [];
        if (versions.at(-1) === version) return;
        // A process that was updated has the version before no more. Two copies write in turns.
        if (versions.includes(version)) {
          report(place);
          names.add(`${scope} ${[...new Set([...versions, version])].join(' and ')}`);
        }
        scopes.set(scope, [...versions.filter((one) => one !== version), version]);
      },
      detail: names.list,
    };
  },
};

/** A check of a counter of the stats line, whose last value counts for each process. */
function counterCheck(
  key: 'spanline.stats.filtered' | 'spanline.stats.internal_errors',
  check: Omit<LineCheck, 'watch'>,
): LineCheck {
  return {
    ...check,
    watch(report) {
      const counts = new Map<string, { readonly count: number; readonly place: FaultPlace }>();
      return {
        record(seen) {
          const count = seen.record[key];
          if (seen.kind !== 'stats' || count === undefined || count <= 0 || counts.size >= MAX_PROCESSES) return;
          const boot = eventOf(seen)?.boot ?? '';
          counts.set(boot, { count: Math.max(count, counts.get(boot)?.count ?? 0), place: seen.place });
        },
        end() {
          for (const { count, place } of counts.values()) report(place, count);
        },
      };
    },
  };
}

const filtered = counterCheck('spanline.stats.filtered', {
  name: 'filtered-lines',
  severity: 'error',
  text: (count) =>
    `${counted(count, 'line', 'lines')} of spans were not written, because the level of the logger filters them out.`,
  fix: 'Set the level of the logger to info or lower, or the level of the tracer to that of the logger.',
  page: 'docs/logging.md#your-own-pino',
});

const MIN_FAILED = 3;

const onlyFailed: LineCheck = {
  name: 'only-failed-spans',
  severity: 'warning',
  text: (count) => `All ${count} spans failed: the level of the logger seems to filter the others out.`,
  fix: 'Set the level of the logger to info or lower, or the level of the tracer to that of the logger.',
  page: 'docs/logging.md#your-own-pino',
  watch(report) {
    let failed = 0;
    let other = 0;
    let first: FaultPlace | undefined;
    return {
      record({ isSpan, record, place }) {
        if (!isSpan) return;
        if (record.level !== 'error' && record.level !== 'warn') other++;
        failed++;
        first ??= place;
      },
      end() {
        if (failed >= MIN_FAILED && other === 0) report(first, failed);
      },
    };
  },
};

const internalErrors = counterCheck('spanline.stats.internal_errors', {
  name: 'internal-errors',
  severity: 'warning',
  text: (count) =>
    `${counted(count, 'fault', 'faults')} of Spanline or of functions that you gave it, such as detectors.`,
  fix: 'Read the warnings of the process (SPANLINE_…): each fault is named there once.',
  page: 'docs/logging.md#the-stats-line',
});

const sampled = recordCheck({
  name: 'sampled-traces',
  severity: 'note',
  text: (count) =>
    `${counted(count, 'line says', 'lines say')} that traces were left out by sampling: counts are shares.`,
  fix: 'Count with the metrics of the monitor, which watches before sampling, or divide by spanline.sample.ratio.',
  page: 'docs/privacy.md#sampling',
  isFault: ({ record, kind }) =>
    (record['spanline.sample.ratio'] ?? 1) < 1 || (kind === 'stats' && (record['spanline.stats.sampled_out'] ?? 0) > 0),
});

/** The checks. */
export const PROCESS_CHECKS: readonly LineCheck[] = [
  filtered,
  onlyFailed,
  clocks,
  twoVersions,
  internalErrors,
  sampled,
];
