import type { Logger } from 'pino';
import { whileWriting } from '../context/index.ts';
import { timeFields } from './fields.ts';
import { type FrameReader, prefixOf } from './frame.ts';
import { IDS } from './ids.ts';
import { hasValue, LineBuilder, type MutableRecord } from './line-builder.ts';
import type { LineEncoder } from './line-encoder.ts';
import { type SplitLine, wholeRecord } from './line.ts';
import type { AsJson, LoggerInternals, PinoSymbols } from './pino-internals.ts';
import { OWN_TIME } from './timestamp.ts';

/** Carries a line in two parts through pino, which takes one object. */
export class SplitRecord {
  readonly line: SplitLine;

  constructor(line: SplitLine) {
    this.line = line;
  }
}

/** The fields of a logger's mixin; none if it throws. */
function mixinFields(logger: LoggerInternals, symbols: PinoSymbols, levelNumber: number): MutableRecord | undefined {
  const mixin = logger[symbols.mixin];
  if (typeof mixin !== 'function') return undefined;
  try {
    return whileWriting(() => mixin({}, levelNumber, logger) as MutableRecord);
  } catch {
    return undefined;
  }
}

/** Writes the record's `message` under the logger's message key, with the logger's prefix. */
function replaceMessage(
  line: LineBuilder,
  record: MutableRecord,
  internals: LoggerInternals,
  symbols: PinoSymbols,
): void {
  const key = internals[symbols.messageKey] as string;
  const prefix = prefixOf(internals, symbols);
  if ((key === 'message' && prefix === '') || typeof record['message'] !== 'string') return;
  if (key !== 'message' && hasValue(record, key)) return;
  line.replace('message', key, JSON.stringify(prefix + record['message']));
}

/**
 * Creates the `asJson` of a derived logger. It serialises records; `this` is the derived logger, and its prototype the
 * user's.
 */
export function createRecordAsJson(symbols: PinoSymbols, frameOf: FrameReader, encoder: LineEncoder): AsJson {
  return function asJson(this: Logger, object, _message, levelNumber, time) {
    const frame = frameOf(this, levelNumber);
    const split = object instanceof SplitRecord ? object.line : undefined;
    // A logger that adds nothing, such as `createLogger`'s: both parts of the line are encoded as they are.
    const addsNothing = frame.plainLevel !== undefined && time.startsWith(OWN_TIME);
    if (addsNothing && split?.own.level === frame.plainLevel) {
      const length = encoder.encode(split, frame.end);
      return encoder.bytes().toString('utf8', 0, length);
    }
    const record = (split === undefined ? object : wholeRecord(split)) as MutableRecord;
    const line = new LineBuilder(record);
    try {
      for (const field of frame.levels) line.override(field);
      if (time !== OWN_TIME) for (const field of timeFields(time)) line.addUnlessPresent(field);
      replaceMessage(line, record, this as unknown as LoggerInternals, symbols);
      const { fieldJson } = frame;
      for (const key of fieldJson.any ? Object.keys(record) : fieldJson.keys) {
        if (hasValue(record, key) && !IDS.has(key)) line.replace(key, key, fieldJson.toJson(key, record[key]));
      }
      const mixed = mixinFields(Object.getPrototypeOf(this) as LoggerInternals, symbols, levelNumber);
      for (const key in mixed) {
        if (!Object.hasOwn(mixed, key) || hasValue(record, key)) continue;
        const json = fieldJson.toJson(key, mixed[key]);
        if (json !== undefined) line.addUnlessPresent({ key, json });
      }
      for (const field of frame.bindings) line.addUnlessPresent(field);
      return line.finish() + frame.end;
    } finally {
      line.restore();
    }
  };
}
