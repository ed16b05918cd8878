/** The one way from an ended span to its line. */
import { type AttributeKey, type ContentAttributes, type SpanRecord, toDatadog, toEcs } from '@spanline/record';
import type { EndedSpan, Profile, SamplingOptions } from '../api/index.ts';
import type { Capture, CaptureReport } from '../capture/index.ts';
import { type RecordWriter, wholeRecord } from '../log/index.ts';
import { captureSettingOf, isoMillis, type RecordedSpan, releaseData, type SpanState, STATE } from '../trace/index.ts';
import type { Pricer } from '../usage/index.ts';
import { createEnvelope, createSpanCommonFields, type Resource } from './common-fields.ts';
import { shapeContent } from './content-shape.ts';
import { createLines } from './lines.ts';
import { addToRollup, writeRollup } from './rollup.ts';
import { buildSpanLine, type SpanLine, type SpanRecordParts } from './span-record.ts';
import { captureSubject, endedSpan, EVENT_SUBJECT } from './span-views.ts';
import type { Stats } from './stats.ts';
import { createTail } from './tail.ts';

/** Parts of one tracer's pipeline. */
export interface PipelineParts {
  readonly resource: Resource;
  /** Level of the lines of successful spans. */
  readonly level: string;
  readonly profile: Profile;
  readonly pricer: Pricer;
  readonly capture: Capture;
  readonly writer: RecordWriter;
  /** Writes content, if it goes to a log of its own. */
  readonly contentWriter: RecordWriter | undefined;
  readonly sampling: SamplingOptions & { readonly ratio: number };
  readonly stats: Stats;
  readonly bootId: string;
}

/** The pipeline of one tracer. Nothing in it throws: a fault is counted, and the next step goes on. */
export interface Pipeline {
  readonly spanObservers: Set<(ended: EndedSpan) => void>;
  readonly recordObservers: Set<(record: Readonly<SpanRecord>) => void>;
  /** True with tail sampling, which holds records back. */
  readonly holdsBack: boolean;
  /** Takes an ended span: usage and cost → span observers → capture → record observers → sampling → line. */
  ended(span: RecordedSpan): void;
  /** Writes the `span.start` line of a span. */
  started(span: RecordedSpan): void;
  /** Creates a record that is not a span's, for {@link Pipeline.event}. */
  envelope(epochMs: number, level: string, message: string): SpanRecord;
  /**
   * Writes a record that is not a span's: a score, an alert, stats. Its texts pass capture like a span's.
   *
   * @param leftOut - keys of which the record has less than was given
   */
  event(record: SpanRecord, leftOut?: ReadonlySet<string>): void;
  /** Writes the records that tail sampling holds back. */
  drain(): void;
  /** Resolves when no content waits for detectors. */
  settled(): Promise<void>;
  stop(): void;
}

const PROFILES: Readonly<Record<Profile, ((record: SpanRecord) => object) | undefined>> = {
  otel: undefined,
  ecs: toEcs,
  datadog: toDatadog,
};

/** A record that is not a span's, and the keys of which it has less than was given. */
interface EventRecord {
  readonly record: SpanRecord;
  readonly leftOut: ReadonlySet<string> | undefined;
}

/** Fields that are known at the end of a span only. */
const END_FIELDS = [
  'event.outcome',
  'span.status',
  'event.duration',
  'duration_ms',
  'spanline.cost.reason',
] as const satisfies readonly AttributeKey[];

/** Creates the pipeline of one tracer. */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { resource, capture, stats, sampling, level, bootId, writer, contentWriter, pricer } = parts;
  const lines = createLines({ writer, contentWriter, toProfile: PROFILES[parts.profile], bootId, level, stats });
  const tail = sampling.tail === undefined ? undefined : createTail(sampling.tail, sampling.ratio, lines, stats);
  const writesRootsOnly = sampling.spans === 'roots';
  const recordParts: SpanRecordParts = { commonFields: createSpanCommonFields(resource), level, pricer };
  const spanObservers = new Set<(ended: EndedSpan) => void>();
  const recordObservers = new Set<(record: Readonly<SpanRecord>) => void>();

  function notify<T>(observers: Set<(value: T) => void>, value: T, where: string): void {
    for (const observer of observers) {
      try {
        observer(value);
      } catch (error) {
        stats.internalError(where, error);
      }
    }
  }

  /** Runs one step. Its faults are counted. */
  function guarded<T>(step: (subject: T) => void, subject: T): void {
    try {
      step(subject);
    } catch (error) {
      stats.internalError('pipeline', error);
    }
  }

  function shape(state: SpanState, record: SpanRecord): ContentAttributes | undefined {
    const { content } = state;
    if (content === undefined) return undefined;
    try {
      shapeContent(state, content, record, capture.arrayLength);
    } catch (error) {
      stats.internalError('content', error);
    }
    return content as ContentAttributes;
  }

  function applyCapture(state: SpanState, line: SpanLine, content: ContentAttributes | undefined): CaptureReport {
    const { values, localRoot } = state;
    const captureOverride = values.captureOverride ?? localRoot.verdict?.capture?.reason;
    const mode = capture.mode(captureSettingOf(state, values), () => captureSubject(state, line));
    if (captureOverride !== undefined) line.own['spanline.capture.override'] = captureOverride;
    localRoot.captureMemory ??= capture.createMemory();
    const report = capture.apply(line.own, content, {
      mode,
      memory: localRoot.captureMemory,
      reservedBytes: line.common.json.length,
      leftOut: line.leftOut,
    });
    stats.captured(report);
    return report;
  }

  function writeTraceFields(record: SpanRecord, { localRoot, parent }: SpanState): void {
    if (parent === undefined) {
      writeRollup(record, localRoot.rollup);
      const { documentIds } = localRoot;
      if (documentIds !== undefined && documentIds.size > 0) record['spanline.sources'] = [...documentIds];
    }
    if (localRoot.sampleRatio !== undefined) record['spanline.sample.ratio'] = localRoot.sampleRatio;
    if (tail === undefined) return;
    record['spanline.sample.ratio'] = undefined;
    record['spanline.sample.reason'] = undefined;
  }

  function writeSpan(span: RecordedSpan): void {
    const state = span[STATE];
    const { localRoot } = state;
    const line = buildSpanLine(state, recordParts);
    const { own, costUsd } = line;
    if (spanObservers.size > 0)
      notify(spanObservers, endedSpan(span, costUsd, own['spanline.cost.reason']), 'onSpanEnd');
    const content = shape(state, own);
    addToRollup(state, own);
    writeTraceFields(own, state);
    const isRootOrError = state.parent === undefined || state.status === 'error';
    const isWritten = localRoot.isSampled && (!writesRootsOnly || isRootOrError);
    if (!isWritten && recordObservers.size === 0) return stats.sampledOut();
    const report = applyCapture(state, line, content);
    if (recordObservers.size === 0 && tail === undefined) return lines.writeSplit(line, report);
    const record = wholeRecord(line);
    if (recordObservers.size > 0) notify(recordObservers, record, 'onRecord');
    if (!isWritten) stats.sampledOut();
    else if (tail === undefined) lines.write(record, report);
    else tail.offer(localRoot, record, report);
  }

  function writeStart(state: SpanState): void {
    const line = buildSpanLine(state, recordParts);
    line.own['@timestamp'] = isoMillis(state.startEpochMs);
    line.own.message = `${state.name} started`;
    applyCapture(state, line, undefined);
    const record = wholeRecord(line);
    for (const key of END_FIELDS) record[key] = undefined;
    record['event.name'] = 'span.start';
    lines.write(record);
  }

  function writeEvent({ record, leftOut }: EventRecord): void {
    const mode = capture.mode(undefined, () => EVENT_SUBJECT);
    stats.captured(capture.apply(record, undefined, { mode, memory: capture.createMemory(), leftOut }));
    if (recordObservers.size > 0) notify(recordObservers, record, 'onRecord');
    lines.write(record);
  }

  return {
    spanObservers,
    recordObservers,
    holdsBack: tail !== undefined,
    ended(span): void {
      guarded(writeSpan, span);
      releaseData(span[STATE]);
    },
    started(span): void {
      const state = span[STATE];
      if (state.localRoot.isSampled && tail === undefined && !writesRootsOnly) guarded(writeStart, state);
    },
    envelope: (epochMs, recordLevel, message) => createEnvelope(resource, epochMs, recordLevel, message),
    event: (record, leftOut) => guarded(writeEvent, { record, leftOut }),
    drain: () => tail?.drain(),
    settled: () => lines.settled(),
    stop: () => tail?.stop(),
  };
}
