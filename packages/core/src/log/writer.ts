import type { Logger } from 'pino';
import type { AttributeKey } from '@spanline/record';
import { whileWriting } from '../context/index.ts';
import { safeJson } from './field-json.ts';
import { type Field, member, timeFields } from './fields.ts';
import { createFrames, prefixOf } from './frame.ts';
import { createLevelLookup } from './levels.ts';
import { headedJson, type HeadedLine, wholeRecord } from './line.ts';
import { type AsJson, type LoggerInternals, type PinoSymbols, pinoSymbols } from './pino-internals.ts';

/** What became of a record. */
export type WriteResult = 'written' | 'filtered' | 'failed';

/** Puts records into a log. */
export interface RecordWriter {
  /**
   * Writes a record, already in its profile's spelling, as one line. Never throws.
   *
   * @param levelName - `info`, `warn`, `error`, or another name of the logger's levels
   * @returns `filtered` when the logger's level holds the line back, `failed` when the logger or its stream threw
   */
  write(record: object, levelName: string, message: string): WriteResult;
  /** The same for a record in two parts. */
  writeHeaded(line: HeadedLine, levelName: string, message: string): WriteResult;
}

type MutableRecord = Record<string, unknown>;

/** The ids that join lines to traces; a wildcard in a user's `redact` does not take them away. */
const IDS: ReadonlySet<string> = new Set([
  ...(['trace_id', 'span_id', 'parent_span_id', 'event.id'] satisfies AttributeKey[]),
  'trace.id',
  'span.id',
  'parent.id',
]);

function has(record: MutableRecord, key: string): boolean {
  return Object.hasOwn(record, key) && record[key] !== undefined;
}

/** Fields of a logger's mixin. A mixin that throws has none. */
function mixinObject(internals: LoggerInternals, symbols: PinoSymbols, levelNumber: number): MutableRecord | undefined {
  const mixin = internals[symbols.mixin];
  if (typeof mixin !== 'function') return undefined;
  try {
    return whileWriting(() => mixin({}, levelNumber, internals) as MutableRecord);
  } catch {
    return undefined;
  }
}

/**
 * A line in the making. The logger's own fields come first, each only where the record has no such key; then the record. `taken` are keys of
 * the record that are written before it, in the logger's spelling, and are therefore left out of its body.
 */
class LineBuilder {
  #text = '';
  readonly #record: MutableRecord;
  #taken: [string, unknown][] | undefined;
  #added: Set<string> | undefined;

  constructor(record: MutableRecord) {
    this.#record = record;
  }

  /** A field of the logger that yields to the record. */
  yielding(field: Field): void {
    if (has(this.#record, field.key) || this.#added?.has(field.key) === true) return;
    (this.#added ??= new Set()).add(field.key);
    this.#text += member(field);
  }

  /** A field of the logger that the record yields to. */
  winning(field: Field): void {
    if (has(this.#record, field.key) && JSON.stringify(this.#record[field.key]) === field.json) return;
    this.replace(field.key, field.key, field.json);
  }

  /** Writes `json` under `key` in place of the record's `old`; without `json` the key is left out. */
  replace(old: string, key: string, json: string | undefined): void {
    if (has(this.#record, old)) (this.#taken ??= []).push([old, this.#record[old]]);
    this.#record[old] = undefined;
    (this.#added ??= new Set()).add(key);
    if (json !== undefined) this.#text += member({ key, json });
  }

  finish(): string {
    const body = JSON.stringify(this.#record);
    if (this.#text === '') return body;
    return `{${this.#text.slice(1)}${body === '{}' ? '' : ','}${body.slice(1)}`;
  }

  /** Gives the record back as it was. */
  restore(): void {
    for (const [key, value] of this.#taken ?? []) this.#record[key] = value;
  }
}

/** A line in two parts on its way through pino, which takes one object. */
class Headed {
  readonly line: HeadedLine;

  constructor(line: HeadedLine) {
    this.line = line;
  }
}

/** The time of `createLogger`, which yields to the record's. */
const OWN_TIME = ',"@timestamp":';

function createAsJson(symbols: PinoSymbols): AsJson {
  const frameOf = createFrames(symbols);
  return function asJson(this: Logger, object, _message, levelNumber, time) {
    const internals = this as unknown as LoggerInternals;
    const frame = frameOf(this, levelNumber);
    const headed = object instanceof Headed ? object.line : undefined;
    const isPlain = frame.plainLevel !== undefined && time.startsWith(OWN_TIME);
    if (isPlain && headed?.own.level === frame.plainLevel) {
      return headedJson(headed) + frame.end;
    }
    const record = (headed === undefined ? object : wholeRecord(headed)) as MutableRecord;
    const line = new LineBuilder(record);
    try {
      for (const field of frame.levels) line.winning(field);
      for (const field of timeFields(time)) line.yielding(field);
      writeMessage(line, record, internals, symbols);
      const { fieldJson } = frame;
      for (const key of fieldJson.any ? Object.keys(record) : fieldJson.keys) {
        if (!has(record, key) || IDS.has(key)) continue;
        line.replace(key, key, fieldJson.toJson(key, record[key]));
      }
      const mixed = mixinObject(Object.getPrototypeOf(this) as LoggerInternals, symbols, levelNumber);
      for (const key in mixed) {
        if (!Object.hasOwn(mixed, key) || has(record, key)) continue;
        const json = fieldJson.toJson(key, mixed[key]);
        if (json !== undefined) line.yielding({ key, json });
      }
      for (const field of frame.bindings) line.yielding(field);
      return line.finish() + frame.end;
    } finally {
      line.restore();
    }
  };
}

const METADATA = Symbol.for('pino.metadata');

/** The record's `message` stands under the logger's own message key, behind its prefix. */
function writeMessage(
  line: LineBuilder,
  record: MutableRecord,
  internals: LoggerInternals,
  symbols: PinoSymbols,
): void {
  const key = internals[symbols.messageKey] as string;
  const prefix = prefixOf(internals, symbols);
  if ((key === 'message' && prefix === '') || typeof record['message'] !== 'string') return;
  if (key !== 'message' && has(record, key)) return;
  line.replace('message', key, JSON.stringify(prefix + record['message']));
}

function warnFiltered(logger: Logger, levelName: string): void {
  process.emitWarning(
    `The logger's level is "${logger.level}", which holds back span lines of level "${levelName}". Lower it, or set the tracer's \`level\`.`,
    { type: 'SpanlineWarning', code: 'SPANLINE_LINES_FILTERED' },
  );
}

function createPinoWriter(logger: Logger, symbols: PinoSymbols): RecordWriter {
  const view = Object.create(logger) as Logger & Record<symbol, unknown>;
  view[symbols.asJson] = createAsJson(symbols);
  view[symbols.mixin] = undefined;
  const write = view[symbols.write] as (this: Logger, object: object, message: undefined, levelNumber: number) => void;
  const levelOf = createLevelLookup();
  let warned = false;

  function put(object: object, levelName: string): WriteResult {
    try {
      const level = levelOf(logger, levelName);
      if (level === undefined || !logger.isLevelEnabled(level.name)) {
        if (!warned) warnFiltered(logger, levelName);
        warned = true;
        return 'filtered';
      }
      write.call(view, object, undefined, level.number);
      return 'written';
    } catch {
      return 'failed';
    }
  }

  /** Streams with metadata are shown the object. */
  const isShown = (): boolean => (view[symbols.stream] as Record<symbol, unknown>)[METADATA] === true;

  return {
    write: put,
    writeHeaded: (line, levelName) => put(isShown() ? wholeRecord(line) : new Headed(line), levelName),
  };
}

/** For loggers that are not pino but have its methods. */
function createPlainWriter(logger: Logger): RecordWriter {
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

  return { write, writeHeaded: (line, levelName, message) => write(wholeRecord(line), levelName, message) };
}

/**
 * Writes records through `logger`, a pino 8, 9 or 10 logger with whatever options, without changing it. Its level gate, stream, transports and
 * `hooks.streamWrite` apply. The line holds the logger's own level and time, its bindings and its mixin's fields, each only where the record has no such key, so that
 * no key stands twice and none of the record's is lost or forged; only the logger's own level wins over the record's. The record's message stands under the logger's `messageKey`.
 * `nestedKey`, `formatters.log` and `hooks.logMethod` do not apply to records; `redact` and `serializers` that name a key of the record do.
 */
export function createWriter(logger: Logger): RecordWriter {
  const symbols = pinoSymbols(logger);
  return symbols === undefined ? createPlainWriter(logger) : createPinoWriter(logger, symbols);
}
