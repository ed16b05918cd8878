import type { Logger } from 'pino';
import { type FieldJson, fieldJsonOf } from './field-json.ts';
import { bindingFields, type Field, levelFields } from './fields.ts';
import { type LoggerInternals, type PinoSymbols, type Serializers, serializersOf } from './pino-internals.ts';

/** pino's end of a line includes the brace that closes the object. */
export const lineEnd = (end: string): string => end.slice(end.lastIndexOf('}') + 1);

/** The prefix of a logger's messages. */
export function prefixOf(internals: LoggerInternals, symbols: PinoSymbols): string {
  const given = symbols.msgPrefix === undefined ? undefined : internals[symbols.msgPrefix];
  return typeof given === 'string' ? given : '';
}

/** Fields that a logger adds to each line of one level. Valid until somebody changes the logger. */
interface Frame {
  readonly levelText: string;
  readonly bindingText: string;
  readonly serializers: Serializers;
  readonly stringifiers: unknown;
  readonly fieldJson: FieldJson;
  readonly levels: readonly Field[];
  readonly bindings: readonly Field[];
  readonly end: string;
  /** Records of this level are written as they are; `undefined` if the logger adds anything but the level. */
  readonly plainLevel: string | undefined;
}

function plainLevelOf(
  internals: LoggerInternals,
  logger: LoggerInternals,
  symbols: PinoSymbols,
  { fieldJson, levels, bindings }: Pick<Frame, 'fieldJson' | 'levels' | 'bindings'>,
): string | undefined {
  const [level] = levels;
  const isPlain =
    internals[symbols.messageKey] === 'message' &&
    prefixOf(internals, symbols) === '' &&
    typeof logger[symbols.mixin] !== 'function' &&
    !fieldJson.any &&
    fieldJson.keys.length === 0 &&
    bindings.length === 0 &&
    levels.length === 1;
  return isPlain && level?.key === 'level' ? (JSON.parse(level.json) as string) : undefined;
}

/** Reads the frame of a derived logger for one level. */
export type FrameReader = (derived: Logger, levelNumber: number) => Frame;

/** Creates a reader of frames. It reads again only if the logger has changed. */
export function createFrames(symbols: PinoSymbols): FrameReader {
  const frames = new Map<number, Frame>();
  return (derived, levelNumber) => {
    const internals = derived as unknown as LoggerInternals;
    const levelText = (internals[symbols.lsCache] as Record<number, string>)[levelNumber] ?? '{';
    const bindingText = internals[symbols.chindings] as string;
    const serializers = serializersOf(derived);
    const stringifiers = internals[symbols.stringifiers];
    const known = frames.get(levelNumber);
    if (
      known?.levelText === levelText &&
      known.bindingText === bindingText &&
      known.serializers === serializers &&
      known.stringifiers === stringifiers
    ) {
      return known;
    }
    const fields = {
      fieldJson: fieldJsonOf(derived, symbols),
      levels: levelFields(levelText),
      bindings: bindingFields(bindingText),
    };
    const plainLevel = plainLevelOf(internals, Object.getPrototypeOf(derived) as LoggerInternals, symbols, fields);
    const end = lineEnd(internals[symbols.end] as string);
    const frame = { ...fields, levelText, bindingText, serializers, stringifiers, plainLevel, end };
    frames.set(levelNumber, frame);
    return frame;
  };
}
