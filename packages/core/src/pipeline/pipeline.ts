import {
  type ContentAttributes,
  type SpanRecord,
  toDatadog,
  toDocuments,
  toEcs,
  toMessages,
  type AttributeKey,
} from '@spanline/record';
import type { CaptureSubject, EndedSpan, Profile, SamplingOptions } from '../api/index.ts';
import type { Capture, CaptureReport } from '../capture/index.ts';
import { type HeadedLine, type RecordWriter, wholeRecord } from '../log/index.ts';
import { isoMillis } from '../trace/clock.ts';
import type { RecordedSpan } from '../trace/span.ts';
import { envelope, type Resource } from './envelope.ts';
import { createLines } from './lines.ts';
import { answerText, repeatRatio } from './repetition.ts';
import { type RecordParts, buildLine, createHeads, typeOf } from './span-record.ts';
import type { Stats } from './stats.ts';
import { createTail } from './tail.ts';

/** What the pipeline is made of. */
export interface PipelineParts extends Omit<RecordParts, 'heads'> {
  readonly resource: Resource;
  readonly profile: Profile;
  readonly capture: Capture;
  readonly writer: RecordWriter;
  readonly contentWriter: RecordWriter | undefined;
  readonly sampling: SamplingOptions & { readonly ratio: number };
  readonly stats: Stats;
  readonly bootId: string;
}

/** The one way from an ended span to its line. */
export interface Pipeline {
  readonly spanObservers: Set<(ended: EndedSpan) => void>;
  readonly recordObservers: Set<(record: Readonly<SpanRecord>) => void>;
  /** A span ended: usage and cost → observers → capture → record observers → sampling → line. */
  ended(span: RecordedSpan): void;
  /** A span started (`emitStarts`). */
  started(span: RecordedSpan): void;
  /** A line that is no span: score, stats. Its texts pass capture like a span's. */
  event(record: SpanRecord): void;
  /** Writes what tail sampling holds back. */
  drain(): void;
  /** Resolves when no content waits for detectors any more. */
  settled(): Promise<void>;
  stop(): void;
  /** An envelope for {@link Pipeline.event}. */
  envelope(epochMs: number, level: string, message: string): SpanRecord;
}

const PROFILES: Readonly<Record<Profile, ((record: SpanRecord) => object) | undefined>> = {
  otel: undefined,
  ecs: toEcs,
  datadog: toDatadog,
};

/** A model's content in the shape of messages; tells whether the answer repeats itself. */
function shapeMessages(content: ContentAttributes, record: SpanRecord): ContentAttributes {
  const { 'gen_ai.input.messages': input, 'gen_ai.output.messages': output } = content;
  const shaped = { ...content };
  if (input !== undefined) shaped['gen_ai.input.messages'] = toMessages(input, 'user');
  if (output !== undefined) {
    const answer = toMessages(output, 'assistant');
    shaped['gen_ai.output.messages'] = answer;
    record['spanline.llm.repeat_ratio'] ??= repeatRatio(answerText(answer));
  }
  return shaped;
}

const MAX_SOURCES = 100;

/** Brings content into the record's shapes and reads from it what stays when the content itself does not. */
function shapeContent(span: RecordedSpan, content: ContentAttributes, record: SpanRecord): ContentAttributes {
  const shaped = span.type === 'llm' ? shapeMessages(content, record) : content;
  const { 'gen_ai.retrieval.documents': retrieved } = content;
  const documents = retrieved === undefined ? undefined : toDocuments(retrieved);
  if (documents === undefined) return shaped;
  record['spanline.retrieval.count'] ??= documents.length;
  record['spanline.retrieval.empty'] ??= documents.length === 0;
  const scores = documents.flatMap((document) => document.score ?? []);
  if (scores.length > 0) {
    record['spanline.retrieval.score_min'] ??= Math.min(...scores);
    record['spanline.retrieval.score_max'] ??= Math.max(...scores);
  }
  for (const { id } of documents) {
    const sources = (span.local.sources ??= new Set());
    if (id !== undefined && sources.size < MAX_SOURCES) sources.add(id);
  }
  return { ...shaped, 'gen_ai.retrieval.documents': documents };
}

/** What only an end knows. */
const START_OMITS = [
  'event.outcome',
  'span.status',
  'event.duration',
  'duration_ms',
  'spanline.cost.reason',
] as const satisfies readonly AttributeKey[];

const NO_SCORES: Readonly<Record<string, number>> = Object.freeze({});

const EVENT_SUBJECT: CaptureSubject = {
  type: 'evaluator',
  name: 'event',
  status: 'ok',
  labels: {},
  traceFailed: false,
  scores: {},
  traceId: '',
  attributes: {},
};

/** Builds the pipeline of one tracer. Nothing in it throws: a fault is counted and the next step goes on. */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { resource, capture, stats, sampling, level, bootId, writer, contentWriter } = parts;
  const lines = createLines({ writer, contentWriter, toProfile: PROFILES[parts.profile], bootId, level, stats });
  const tail = sampling.tail === undefined ? undefined : createTail(sampling.tail, sampling.ratio, lines, stats);
  const rootsOnly = sampling.spans === 'roots';
  const recordParts: RecordParts = { ...parts, heads: createHeads(resource) };
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

  function subjectOf(span: RecordedSpan, line: HeadedLine): CaptureSubject {
    return {
      type: span.type,
      name: span.name,
      status: span.status,
      labels: { ...span.seed.values.labels, ...span.labels },
      traceFailed: span.local.failed,
      scores: span.local.scores ?? NO_SCORES,
      traceId: span.traceId,
      attributes: wholeRecord(line),
    };
  }

  function applyCapture(span: RecordedSpan, line: HeadedLine, content: ContentAttributes | undefined): CaptureReport {
    const record: SpanRecord = line.own;
    // Who raised capture for one request (a debug session) knows more than whoever set it for a source.
    const { capture: inContext, captureOverride } = span.seed.values;
    const setting = captureOverride === undefined ? (span.seed.capture ?? inContext) : inContext;
    const mode = capture.mode(setting, () => subjectOf(span, line));
    if (captureOverride !== undefined) record['spanline.capture.override'] = captureOverride;
    span.local.captureMemory ??= capture.createMemory();
    const report = capture.apply(record, content, mode, span.local.captureMemory, line.head.json.length);
    stats.captured(report);
    return report;
  }

  function addToRollup(span: RecordedSpan, costUsd: number | undefined): void {
    span.local.rollup.add({
      name: span.name,
      type: typeOf(span),
      durationMs: span.durationMs,
      selfMs: span.selfMs,
      isStep: span.parent !== undefined,
      failed: span.failed && !span.propagated,
      inputTokens: span.facts['gen_ai.usage.input_tokens'],
      outputTokens: span.facts['gen_ai.usage.output_tokens'],
      costUsd,
    });
  }

  function shaped(span: RecordedSpan, content: ContentAttributes, record: SpanRecord): ContentAttributes {
    try {
      return shapeContent(span, content, record);
    } catch (error) {
      stats.internalError('content', error);
      return content;
    }
  }

  function process(span: RecordedSpan): void {
    const line = buildLine(span, recordParts);
    const { own: record, costUsd } = line;
    if (spanObservers.size > 0) notify(spanObservers, endedView(span, costUsd), 'onSpanEnd');
    const content = span.content === undefined ? undefined : shaped(span, span.content, record);
    addToRollup(span, costUsd);
    if (span.parent === undefined) {
      span.local.rollup.writeTo(record);
      const { sources } = span.local;
      if (sources !== undefined && sources.size > 0) record['spanline.sources'] = [...sources];
    }
    if (span.local.sampleRatio !== undefined) record['spanline.sample.ratio'] = span.local.sampleRatio;
    if (tail !== undefined) {
      record['spanline.sample.ratio'] = undefined;
      record['spanline.sample.reason'] = undefined;
    }
    const isWritten = span.local.sampled && (!rootsOnly || span.parent === undefined || span.failed);
    if (!isWritten && recordObservers.size === 0) return stats.sampledOut();
    const report = applyCapture(span, line, content);
    if (recordObservers.size === 0 && tail === undefined) return lines.writeHeaded(line, report);
    const whole: SpanRecord = wholeRecord(line);
    if (recordObservers.size > 0) notify(recordObservers, whole, 'onRecord');
    if (!isWritten) stats.sampledOut();
    else if (tail === undefined) lines.write(whole, report);
    else tail.offer(span.local, whole, report);
  }

  return {
    spanObservers,
    recordObservers,
    drain: () => tail?.drain(),
    settled: () => lines.settled(),
    stop: () => tail?.stop(),
    envelope: (epochMs, level, message) => envelope(resource, epochMs, level, message),
    ended(span): void {
      try {
        process(span);
      } catch (error) {
        stats.internalError('pipeline', error);
      } finally {
        span.release();
      }
    },
    started(span): void {
      if (!span.local.sampled || tail !== undefined || rootsOnly) return;
      try {
        const line = buildLine(span, recordParts);
        const { own: record } = line;
        record['@timestamp'] = isoMillis(span.seed.startEpochMs);
        record.message = `${span.name} started`;
        applyCapture(span, line, undefined);
        const whole: SpanRecord = wholeRecord(line);
        for (const key of START_OMITS) whole[key] = undefined;
        whole['event.name'] = 'span.start';
        lines.write(whole);
      } catch (error) {
        stats.internalError('pipeline', error);
      }
    },
    event(record): void {
      try {
        const mode = capture.mode(undefined, () => EVENT_SUBJECT);
        stats.captured(capture.apply(record, undefined, mode, capture.createMemory()));
        if (recordObservers.size > 0) notify(recordObservers, record, 'onRecord');
        lines.write(record);
      } catch (error) {
        stats.internalError('pipeline', error);
      }
    },
  };
}

function endedView(span: RecordedSpan, costUsd: number | undefined): EndedSpan {
  return {
    span,
    status: span.status,
    durationMs: span.durationMs,
    attributes: { ...span.facts, ...span.content },
    labels: { ...span.seed.values.labels, ...span.labels },
    values: span.seed.values,
    costUsd,
    error: span.error,
  };
}
