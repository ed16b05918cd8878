/** The last step of the pipeline: records become lines of the log. */
import type { SpanRecord } from '@spanline/record';
import type { CaptureReport, DeferredContent } from '../capture/index.ts';
import { type SplitLine, type RecordWriter, wholeRecord, type WriteResult } from '../log/index.ts';
import { createContentLine, splitContent } from './content-line.ts';
import type { Stats } from './stats.ts';

/** Parts that write one tracer's lines. */
export interface LinesParts {
  readonly writer: RecordWriter;
  /** Writes content, if it goes to a log of its own. */
  readonly contentWriter: RecordWriter | undefined;
  /** Converts records to another profile. */
  readonly toProfile: ((record: SpanRecord) => object) | undefined;
  /** First part of every `event.id`. */
  readonly bootId: string;
  /** Level of a record that has none. */
  readonly level: string;
  readonly stats: Stats;
}

/** Writes captured records. */
export interface Lines {
  /** @param report - what capture did to the record */
  write(record: SpanRecord, report?: CaptureReport): void;
  /** Writes a record whose common fields are serialised already. */
  writeSplit(line: SplitLine, report: CaptureReport): void;
  /** Resolves when no content waits for detectors. */
  settled(): Promise<void>;
}

/** Content of at most this many spans waits for detectors. Content beyond that is not written. */
const MAX_PENDING = 1000;

/** Creates the last step of one tracer's pipeline. */
export function createLines(parts: LinesParts): Lines {
  const { writer, contentWriter, toProfile, bootId, level, stats } = parts;
  const writesRecordsUnchanged = contentWriter === undefined && toProfile === undefined;
  const pending = new Set<Promise<void>>();
  let sequence = 0;

  /** Gives a record its `event.id`. Ids are consecutive among the lines that the level does not hold back. */
  function identify(record: SpanRecord): void {
    record['event.id'] = `${bootId}-${sequence + 1}`;
  }

  function count(result: WriteResult): void {
    if (result !== 'filtered') sequence++;
    stats.written(result);
  }

  function writeTo(target: RecordWriter, record: SpanRecord): void {
    identify(record);
    const { level: levelName = level, message = '' } = record;
    count(target.write(toProfile === undefined ? record : toProfile(record), levelName, message));
  }

  async function detect(record: SpanRecord, deferred: DeferredContent): Promise<void> {
    try {
      const { fields, report } = await deferred();
      stats.captured(report);
      writeTo(contentWriter ?? writer, Object.assign(createContentLine(record), fields));
    } catch (error) {
      stats.internalError('detectors', error);
    }
  }

  function write(record: SpanRecord, report?: CaptureReport): void {
    const deferred = report?.deferred;
    const { span, content } = contentWriter === undefined ? { span: record, content: undefined } : splitContent(record);
    if (content !== undefined || deferred !== undefined) span['spanline.content.ref'] = record.span_id;
    if (content !== undefined && contentWriter !== undefined) writeTo(contentWriter, content);
    writeTo(writer, span);
    if (deferred === undefined) return;
    if (pending.size >= MAX_PENDING) return stats.internalError('detectors', 'too much content waits');
    const job = detect(record, deferred).finally(() => pending.delete(job));
    pending.add(job);
  }

  return {
    write,
    writeSplit(line, report): void {
      if (!writesRecordsUnchanged || report.deferred !== undefined) return write(wholeRecord(line), report);
      const { own } = line;
      identify(own);
      count(writer.writeSplit(line, own.level ?? level, own.message ?? ''));
    },
    async settled(): Promise<void> {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
