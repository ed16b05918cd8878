/**
 * Writes records to a pino logger as lines that are serialised once and have no key twice:
 *
 * 1. `createWriter` derives a logger from the user's (`Object.create`), which leaves the user's unchanged. The derived
 *    logger has no mixin and an `asJson` of its own.
 * 2. `write` maps the record's level to one of the logger's levels and asks the level gate.
 * 3. It calls pino's `write` on the derived logger. pino makes the time, then calls `asJson` with the record, then the
 *    stream and `hooks.streamWrite`.
 * 4. `asJson` (`record-line.ts`) combines the record with the logger's level, time, bindings, mixin, `redact` and
 *    `serializers`.
 *
 * A line in two parts, to which the logger adds nothing, goes to a destination of ours as bytes, past 3 and 4.
 */

import type { Logger } from 'pino';
import { safeJson } from './field-json.ts';
import { createFrames } from './frame.ts';
import { createLevelLookup } from './levels.ts';
import { createLineEncoder } from './line-encoder.ts';
import { type SplitLine, wholeRecord } from './line.ts';
import { type LoggerInternals, type PinoSymbols, pinoSymbols } from './pino-internals.ts';
import { createRecordAsJson, SplitRecord } from './record-line.ts';
import { SyncDestination } from './sync-destination.ts';
import { OWN_TIME, timestamp } from './timestamp.ts';

/** Outcome of writing a record. */
export type WriteResult = 'written' | 'filtered' | 'failed';

/** Writes records to a log. */
export interface RecordWriter {
  /**
   * Writes a record, already in its profile's spelling, as one line. Never throws.
   *
   * @param levelName - `info`, `warn`, `error`, or another name of the logger's levels
   * @returns `filtered` if the logger's level filters the line out, `failed` if the logger or its stream threw
   */
  write(record: object, levelName: string, message: string): WriteResult;
  /** Writes a record in two parts. */
  writeSplit(line: SplitLine, levelName: string, message: string): WriteResult;
}

const METADATA = Symbol.for('pino.metadata');

function warnFiltered(logger: Logger, levelName: string): void {
  process.emitWarning(
    `The logger's level is "${logger.level}", which holds back span lines of level "${levelName}". Lower it, or set the tracer's \`level\`.`,
    { type: 'SpanlineWarning', code: 'SPANLINE_LINES_FILTERED' },
  );
}

/** Options of {@link createWriter}. */
export interface WriterOptions {
  /**
   * The logger's `redact` is for the application's lines only, because records are redacted already.
   * @defaultValue false
   */
  readonly ignoresRedact?: boolean;
}

function createPinoWriter(
  logger: Logger,
  symbols: PinoSymbols,
  { ignoresRedact = false }: WriterOptions,
): RecordWriter {
  const derived = Object.create(logger) as Logger & Record<symbol, unknown>;
  const frameOf = createFrames(symbols);
  const encoder = createLineEncoder();
  derived[symbols.asJson] = createRecordAsJson(symbols, frameOf, encoder);
  derived[symbols.mixin] = undefined;
  if (ignoresRedact) derived[symbols.stringifiers] = {};
  const pinoWrite = derived[symbols.write] as (
    this: Logger,
    object: object,
    message: undefined,
    levelNumber: number,
  ) => void;
  /** pino shows the object and its time to streams that ask for metadata. */
  const showsObject = (): boolean => (derived[symbols.stream] as Record<symbol, unknown>)[METADATA] === true;
  // A record has its own time.
  const { time } = symbols;
  const hasOwnTime = time !== undefined && derived[time] === timestamp;
  if (hasOwnTime) derived[time] = () => (showsObject() ? timestamp() : OWN_TIME);
  const levelOf = createLevelLookup();
  let warned = false;

  /** The number of a level; `undefined` if the logger holds it back. */
  function enabledLevel(levelName: string): number | undefined {
    const level = levelOf(logger, levelName);
    if (level !== undefined && logger.isLevelEnabled(level.name)) return level.number;
    if (!warned) warnFiltered(logger, levelName);
    warned = true;
    return undefined;
  }

  function write(object: object, levelName: string): WriteResult {
    try {
      const level = enabledLevel(levelName);
      if (level === undefined) return 'filtered';
      pinoWrite.call(derived, object, undefined, level);
      return 'written';
    } catch {
      return 'failed';
    }
  }

  /** Writes the bytes of a line to which the logger adds nothing to a destination of ours. pino takes text. */
  function writeEncoded(line: SplitLine, levelNumber: number): boolean {
    const { [symbols.stream]: stream } = derived as LoggerInternals;
    if (!(stream instanceof SyncDestination) || !hasOwnTime) return false;
    const { plainLevel, end } = frameOf(derived, levelNumber);
    if (plainLevel !== line.own.level) return false;
    const length = encoder.encode(line, end);
    stream.writeEncoded(encoder.bytes(), length);
    return true;
  }

  return {
    write,
    writeSplit(line, levelName) {
      try {
        const level = enabledLevel(levelName);
        if (level === undefined) return 'filtered';
        if (writeEncoded(line, level)) return 'written';
        pinoWrite.call(derived, showsObject() ? wholeRecord(line) : new SplitRecord(line), undefined, level);
        return 'written';
      } catch {
        return 'failed';
      }
    },
  };
}

/** For a logger that is not pino but has its methods. */
function createMethodWriter(logger: Logger): RecordWriter {
  const methods = logger as unknown as Record<string, ((object: object, message: string) => void) | undefined>;
  function write(record: object, levelName: string, message: string): WriteResult {
    try {
      const copy = JSON.parse(safeJson({ ...record, message: undefined }) ?? '{}') as object;
      if (methods[levelName] === undefined) methods['info']?.(copy, message);
      else methods[levelName](copy, message);
      return 'written';
    } catch {
      return 'failed';
    }
  }

  return { write, writeSplit: (line, levelName, message) => write(wholeRecord(line), levelName, message) };
}

/**
 * Creates a writer for a pino 8, 9 or 10 logger with any options. The logger is not changed.
 *
 * - Its level gate, stream, transports and `hooks.streamWrite` apply, and `redact` and `serializers` that name a key of
 *   the record.
 * - Its level and time, bindings and mixin fields are added unless the record has their key. Only its level field
 *   replaces the record's.
 * - The record's message is written under its `messageKey`.
 * - `nestedKey`, `formatters.log` and `hooks.logMethod` do not apply.
 */
export function createWriter(logger: Logger, options: WriterOptions = {}): RecordWriter {
  const symbols = pinoSymbols(logger);
  return symbols === undefined ? createMethodWriter(logger) : createPinoWriter(logger, symbols, options);
}
