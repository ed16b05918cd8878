/** The capture of the ids that the application's lines get from their context. */
import type { ContentAttributes, SpanRecord } from '@spanline/record';
import type { CaptureMode, CaptureSetting, ContextValues } from '../api/index.ts';
import type { CaptureReport, TraceMemory } from './captured-line.ts';
import type { CaptureSettings } from './record-capture.ts';

/** The ids among the values of a context, and its capture mode. */
type ContextIds = Readonly<Pick<ContextValues, 'requestId' | 'sessionId' | 'userId' | 'capture'>>;

/**
 * Returns ids as they may be written; those that a path removes are left out.
 *
 * @param memory - that of the line, which numbers what is replaced
 */
export type IdCapture = (ids: ContextIds, memory: TraceMemory) => ContextIds;

type ApplyCapture = (
  record: SpanRecord,
  content: ContentAttributes | undefined,
  settings: CaptureSettings,
) => CaptureReport;

/** Captured ids, and what they were made of: the values of a context that is being set up still change. */
interface KnownIds {
  readonly given: ContextIds;
  readonly captured: ContextIds;
}

function isSame(known: ContextIds, ids: ContextIds): boolean {
  return (
    known.requestId === ids.requestId &&
    known.sessionId === ids.sessionId &&
    known.userId === ids.userId &&
    known.capture === ids.capture
  );
}

/** The mode for ids. Every mode but `full` redacts them; a policy chooses for spans alone. */
function idMode(capture: CaptureSetting | undefined): CaptureMode {
  return capture === 'full' ? 'full' : 'redacted';
}

function toRecord({ requestId, sessionId, userId }: ContextIds): SpanRecord {
  const record: SpanRecord = {};
  if (requestId !== undefined) record['http.request.id'] = requestId;
  if (sessionId !== undefined) record['session.id'] = sessionId;
  if (userId !== undefined) record['user.id'] = userId;
  return record;
}

function toIds(record: SpanRecord): ContextIds {
  const { 'http.request.id': requestId, 'session.id': sessionId, 'user.id': userId } = record;
  return {
    ...(requestId === undefined ? {} : { requestId }),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(userId === undefined ? {} : { userId }),
  };
}

/**
 * Creates the capture of ids: the same rules, paths and hashes as on spans, so that lines and spans have the same ids.
 * It captures once for each context. Ids in which something was replaced are captured for each line, because a
 * replacement has the number that it has on the other lines of its request.
 *
 * @param setting - the tracer's; that of a context takes precedence
 */
export function createIdCapture(
  apply: ApplyCapture,
  setting: CaptureSetting,
  captured?: (report: CaptureReport) => void,
): IdCapture {
  const known = new WeakMap<ContextIds, KnownIds>();
  return (ids, memory) => {
    const last = known.get(ids);
    if (last !== undefined && isSame(last.given, ids)) return last.captured;
    const record = toRecord(ids);
    const { capture } = ids;
    const report = apply(record, undefined, { mode: idMode(capture ?? setting), memory });
    const result = toIds(record);
    if (report.redactions > 0 || report.truncated !== undefined) captured?.(report);
    if (report.redactions === 0) {
      const given = toIds(toRecord(ids));
      known.set(ids, { given: capture === undefined ? given : { ...given, capture }, captured: result });
    }
    return result;
  };
}
