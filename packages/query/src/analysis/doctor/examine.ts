/** Examines the lines of a log for faults: runs all checks over them. */

import { isPlainObject, parseExactJson, parseLine, type SpanRecord } from '@spanline/record';
import type { LogLine } from '../../lines/index.ts';
import { endMs, isSpanEnd, startMs } from '../../records/index.ts';
import { CONTENT_CHECKS, type FindPersonalData, personalDataCheck } from './content-checks.ts';
import { bySeverity, type FaultPlace, type Finding } from './finding.ts';
import { FORM_CHECKS } from './form-checks.ts';
import type { LineCheck } from './line-check.ts';
import { PROCESS_CHECKS } from './process-checks.ts';
import { SEQUENCE_CHECKS } from './sequence-checks.ts';
import { TRACE_CHECKS } from './trace-checks.ts';
import { WIRE_CHECKS, WIRE_SCOPE } from './wire-checks.ts';

/** The faults of the lines of a log, and the checks that looked for them. */
export interface Examination {
  /** Lines that are JSON objects. */
  readonly lines: number;
  readonly spans: number;
  /** Lines of alerts. */
  readonly alerts: number;
  /** Packages that wrote the spans, by `otel.scope.name`. Wire capture is one if it only added to spans of others. */
  readonly scopes: readonly string[];
  /** Lines that are no JSON objects. */
  readonly otherLines: number;
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** Names of all checks that were made. */
  readonly checks: readonly string[];
}

/** Packages that are remembered. */
const MAX_SCOPES = 1000;

/** Collects the packages that wrote spans. */
function collectScopes(): { add(record: SpanRecord): void; list(): string[] } {
  const scopes = new Set<string>();
  return {
    add({ 'otel.scope.name': scope, 'spanline.wire.requests': requests }) {
      if (scopes.size >= MAX_SCOPES) return;
      if (scope !== undefined) scopes.add(scope);
      if (requests !== undefined) scopes.add(WIRE_SCOPE);
    },
    list: () => [...scopes].toSorted(),
  };
}

/** Takes lines, and says what is wrong with them. */
interface Examiner {
  add(file: string, line: LogLine): void;
  end(): Examination;
}

interface Running {
  readonly check: LineCheck;
  readonly watcher: ReturnType<LineCheck['watch']>;
  readonly found: { count: number; example: FaultPlace | undefined };
}

function run(check: LineCheck): Running {
  const found: Running['found'] = { count: 0, example: undefined };
  const watcher = check.watch((place, count = 1) => {
    found.count += count;
    found.example ??= place;
  });
  return { check, watcher, found };
}

function findingOf({ check, watcher, found }: Running): Finding {
  const { name, severity, fix, page } = check;
  const { count, example } = found;
  const text = check.text(count, watcher.detail?.() ?? '');
  return { name, severity, count, text, fix, page, ...(example === undefined ? {} : { example }) };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseExactJson(text);
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Creates an examiner.
 *
 * @param findPersonalData - without it, personal data is not looked for
 * @param isInRange - whether a line with a time is looked at
 */
export function createExaminer(
  findPersonalData: FindPersonalData | undefined,
  isInRange: (record: SpanRecord) => boolean,
): Examiner {
  const personal = findPersonalData === undefined ? [] : [personalDataCheck(findPersonalData)];
  const groups = [CONTENT_CHECKS, personal, FORM_CHECKS, SEQUENCE_CHECKS, PROCESS_CHECKS, TRACE_CHECKS, WIRE_CHECKS];
  const checks = groups.flat().map(run);
  let lines = 0;
  let spans = 0;
  let alerts = 0;
  let otherLines = 0;
  const scopes = collectScopes();
  return {
    add(file, { bytes, number, fault, parts, time }) {
      const text = bytes.toString('utf8');
      const fields = fault === 'long' ? undefined : parse(text);
      const parsed = fields && parseLine(fields);
      if (fields === undefined || parsed === undefined) {
        otherLines++;
        const seen = { place: { file, line: number }, text, isTorn: fault === 'torn' };
        for (const { watcher } of checks) watcher.text?.(seen);
        return;
      }
      const { record, kind } = parsed;
      if (record['@timestamp'] !== undefined && !isInRange(record)) return;
      lines++;
      const isSpan = isSpanEnd(kind, record);
      if (isSpan) {
        spans++;
        scopes.add(record);
      }
      if (kind === 'alert') alerts++;
      const seen = {
        ...parsed,
        place: { file, line: number, ...(record.trace_id === undefined ? {} : { traceId: record.trace_id }) },
        fields,
        isJoined: parts !== undefined,
        isTimed: time !== undefined,
        isSpan,
        startMs: startMs(record),
        endMs: endMs(record),
      };
      for (const { watcher } of checks) watcher.record?.(seen);
    },
    end() {
      for (const { watcher } of checks) watcher.end?.();
      const findings = bySeverity(checks.filter(({ found }) => found.count > 0).map(findingOf));
      const names = checks.map(({ check }) => check.name);
      return { lines, spans, alerts, scopes: scopes.list(), otherLines, findings, checks: names };
    },
  };
}
