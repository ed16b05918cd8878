import { CONTENT_KEYS, type SpanRecord, type AttributeKey } from '@spanline/record';
import type { CaptureReport, DeferredContent } from '../capture/index.ts';
import { type SplitLine, type RecordWriter, wholeRecord } from '../log/index.ts';
import type { Stats } from './stats.ts';

/** What lines are made with. */
export interface LinesParts {
  readonly writer: RecordWriter;
  /** Where content goes when it is kept apart. */
  readonly contentWriter: RecordWriter | undefined;
  /** Nothing where records are written as they are. */
  readonly toProfile: ((record: SpanRecord) => object) | undefined;
  readonly bootId: string;
  /** Level of a record that names none. */
  readonly level: string;
  readonly stats: Stats;
}

/** The way of a captured record into the log. */
export interface Lines {
  /** @param report what capture said about the record */
  write(record: SpanRecord, report?: CaptureReport): void;
  /** The same for a record whose common part is JSON already. */
  writeSplit(line: SplitLine, report: CaptureReport): void;
  /** Resolves when no content waits for detectors any more. */
  settled(): Promise<void>;
}

/** Content of at most this many spans waits for detectors; what comes beyond that is not written. */
const MAX_PENDING = 1000;

/** Facts that tie a line of content to its span, and to whom it is about. */
const SHARED_KEYS = [
  '@timestamp',
  'level',
  'spanline.schema',
  'service.name',
  'service.version',
  'deployment.environment.name',
  'host.name',
  'process.pid',
  'spanline.project',
  'trace_id',
  'span_id',
  'parent_span_id',
  'http.request.id',
  'session.id',
  'user.id',
  'span.name',
  'span.type',
  'spanline.capture.mode',
  'spanline.hash.key_id',
  'spanline.sample.ratio',
  'spanline.sample.reason',
] as const satisfies readonly AttributeKey[];

function contentLine(record: SpanRecord): SpanRecord {
  const line: Record<string, unknown> = {
    message: `${record['span.name'] ?? ''} content`,
    'event.name': 'span.content',
    'event.id': undefined,
  };
  for (const key of SHARED_KEYS) if (record[key] !== undefined) line[key] = record[key];
  return line as SpanRecord;
}

/** A record in two: what everyone may read, and its content. Observers may keep the record itself, so that it stays whole. */
function split(record: SpanRecord): { open: SpanRecord; content: SpanRecord | undefined } {
  let content: SpanRecord | undefined;
  const open: SpanRecord = { ...record };
  for (const key of CONTENT_KEYS) {
    if (open[key] === undefined) continue;
    content ??= contentLine(record);
    content[key] = open[key];
    open[key] = undefined;
  }
  return { open, content };
}

/** Builds the last step of the pipeline: one line per record, and one of content where that goes elsewhere or comes later. */
export function createLines(parts: LinesParts): Lines {
  const { writer, contentWriter, toProfile, bootId, level, stats } = parts;
  const pending = new Set<Promise<void>>();
  let sequence = 0;

  function writeTo(target: RecordWriter, record: SpanRecord, split?: SplitLine): void {
    record['event.id'] = `${bootId}-${sequence + 1}`;
    const { level: ownLevel = level, message = '' } = record;
    const result =
      split === undefined
        ? target.write(toProfile === undefined ? record : toProfile(record), ownLevel, message)
        : target.writeSplit(split, ownLevel, message);
    if (result !== 'filtered') sequence++;
    stats.written(result);
  }

  async function detect(record: SpanRecord, deferred: DeferredContent): Promise<void> {
    try {
      const { fields, report } = await deferred();
      stats.captured(report);
      writeTo(contentWriter ?? writer, Object.assign(contentLine(record), fields));
    } catch (error) {
      stats.internalError('detectors', error);
    }
  }

  function write(record: SpanRecord, report?: CaptureReport): void {
    const { open, content } = contentWriter === undefined ? { open: record, content: undefined } : split(record);
    if (content !== undefined || report?.deferred !== undefined) open['spanline.content.ref'] = record.span_id;
    if (content !== undefined && contentWriter !== undefined) writeTo(contentWriter, content);
    writeTo(writer, open);
    if (report?.deferred === undefined) return;
    if (pending.size >= MAX_PENDING) return stats.internalError('detectors', 'too much content waits');
    const job = detect(record, report.deferred).finally(() => pending.delete(job));
    pending.add(job);
  }

  const isWhole = contentWriter === undefined && toProfile === undefined;

  return {
    write,
    writeSplit(line, report): void {
      if (isWhole && report.deferred === undefined) writeTo(writer, line.own, line);
      else write(wholeRecord(line), report);
    },
    async settled(): Promise<void> {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
