/** ECS documents of lines as the tracer writes them in the profile `otel`: members are copied, and not parsed. */
import { isUtf8 } from 'node:buffer';
import {
  ATTRIBUTE_KEYS,
  type AttributeKey,
  type AttributeKind,
  attributeRow,
  correlationKeys,
  isDerivedKey,
  isOpenKey,
  PROFILE_NAMES,
  profileKey,
  type SpanRecord,
  toEcs,
} from '@spanline/record';
import { fromLatin1, structuredJson } from './ecs-content.ts';
import {
  endOfPlainNumber,
  endOfPlainScalar,
  endOfPlainString,
  endOfPlainStrings,
  endOfString,
  endOfWord,
  isPlainKey,
} from './plain-json.ts';

/** A document, and the id of the record. */
export interface EcsCopy {
  readonly id: string;
  readonly json: Buffer;
}

/** How a key of the schema is copied. */
interface Rendering {
  readonly key: string;
  readonly kind: AttributeKind;
  /** The name in ECS, as the start of a member; `undefined` if ECS has the same. */
  readonly renamed: string | undefined;
  /** The key, as a line has it. */
  readonly lead: string;
  /** The last line that had the key. */
  seenIn: number;
  /** The key behind it in another line: most lines of a service have the same order. */
  next: Rendering | undefined;
}

const COMMA = 0x2c;
const COLON = 0x3a;
const LOWER_N = 0x6e;
const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const MAX_ID_LENGTH = 128;
/** Keys that are not of the schema are compared with each other. */
const MAX_OTHER_KEYS = 32;

const LEVELS: ReadonlySet<string> = new Set(
  ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => `"${level}"`),
);
const REQUIRED = [
  '@timestamp',
  'level',
  'message',
  'event.id',
  'spanline.schema',
] as const satisfies readonly AttributeKey[];
const ECS_VERSION = JSON.stringify(toEcs({ 'spanline.schema': '1.0' })['ecs.version']);

const ECS_NAMES: ReadonlySet<string> = new Set(ATTRIBUTE_KEYS.map((key) => profileKey(key, 'ecs')));
/** Names under which another profile writes keys of the schema. A line with one of them is parsed. */
const FOREIGN: ReadonlySet<string> = new Set([
  'log.level',
  ...PROFILE_NAMES.flatMap((profile) => Object.values(correlationKeys(profile))),
]);

/** The keys that the lines of a sink have. */
interface Lines {
  readonly renderings: ReadonlyMap<string, Rendering>;
  readonly required: readonly (Rendering | undefined)[];
  /** Number of lines so far: a line that meets a key with its own number has it twice. */
  count: number;
}

function createLines(): Lines {
  const renderings = new Map<string, Rendering>();
  for (const key of ATTRIBUTE_KEYS) {
    const name = profileKey(key, 'ecs');
    const renamed = name === key ? undefined : `,"${name}":`;
    const kind = attributeRow(key)?.kind ?? 'string';
    renderings.set(key, { key, kind, renamed, lead: `"${key}":`, seenIn: 0, next: undefined });
  }
  return { renderings, required: REQUIRED.map((key) => renderings.get(key)), count: 0 };
}

/** Lines of the application have none, and are not read in vain. */
const MARKER = '"spanline.schema":';

/** Copies one line. Methods return the end of what they read; -1 means that the line has to be parsed. */
class LineCopy {
  readonly #lines: Lines;
  /** Its number. */
  readonly #line: number;
  /** In Latin-1: each byte is a character, so that positions are those of bytes. */
  readonly #text: string;
  /** The document but for its first character. */
  #document = '';
  /** Members that are not of the schema stand behind those that are. */
  #others = '';
  readonly #otherKeys: string[] = [];
  /** The end of what is in the document, or was left out of it. */
  #copied = 0;
  #before: Rendering | undefined;
  #spanId: string | undefined;
  #id = '';

  constructor(text: string, lines: Lines) {
    this.#lines = lines;
    this.#line = ++lines.count;
    this.#text = text;
  }

  run(): EcsCopy | undefined {
    const text = this.#text;
    let at = 0;
    do {
      at = this.#member(at);
      if (at < 0) return undefined;
    } while (text.charCodeAt(at) === COMMA);
    const isWhole = text.charCodeAt(at) === CLOSING_BRACE && at === text.length - 1;
    if (!isWhole || !this.#lines.required.every((rendering) => rendering?.seenIn === this.#line)) return undefined;
    const document = this.#document + text.slice(this.#copied, at) + this.#others;
    return { id: this.#id, json: Buffer.from(`{${document.slice(1)}}`, 'latin1') };
  }

  /** Reads a member behind the `{` or the comma at `start`. */
  #member(start: number): number {
    const text = this.#text;
    const guess = this.#before?.next;
    if (guess !== undefined && text.startsWith(guess.lead, start + 1)) {
      return this.#known(guess, start, start + 1 + guess.lead.length);
    }
    const keyEnd = endOfPlainString(text, start + 1);
    if (keyEnd < 0 || text.charCodeAt(keyEnd) !== COLON) return -1;
    const key = text.slice(start + 2, keyEnd - 1);
    const rendering = this.#lines.renderings.get(key);
    if (rendering === undefined) return this.#other(key, start, keyEnd + 1);
    if (this.#before !== undefined) this.#before.next = rendering;
    return this.#known(rendering, start, keyEnd + 1);
  }

  #known(rendering: Rendering, start: number, from: number): number {
    const { key, kind, renamed } = rendering;
    if (rendering.seenIn === this.#line) return -1;
    rendering.seenIn = this.#line;
    this.#before = rendering;
    if (kind === 'json') return this.#content(rendering, start, from);
    const end = this.#endOf(kind, from);
    if (end < 0) return -1;
    if (renamed !== undefined) this.#replace(start, end, renamed + this.#text.slice(from, end));
    if (key === 'span_id') this.#spanId = this.#text.slice(from, end);
    else if (key === 'level') return LEVELS.has(this.#text.slice(from, end)) ? end : -1;
    else if (key === 'event.id') {
      this.#id = JSON.parse(fromLatin1(this.#text.slice(from, end))) as string;
      return this.#id.length <= MAX_ID_LENGTH ? end : -1;
    }
    return this.#derive(key, from, end);
  }

  #endOf(kind: AttributeKind, from: number): number {
    const text = this.#text;
    if (kind === 'string' || kind === 'text') return endOfPlainString(text, from);
    if (kind === 'strings') return endOfPlainStrings(text, from);
    if (kind === 'boolean') return text.charAt(from) === 'n' ? -1 : endOfWord(text, from);
    const end = endOfPlainNumber(text, from);
    return kind === 'int' && end >= 0 && !Number.isInteger(Number(text.slice(from, end))) ? -1 : end;
  }

  /** Puts a text in place of what is between two positions. */
  #replace(start: number, end: number, written: string): void {
    this.#document += this.#text.slice(this.#copied, start) + written;
    this.#copied = end;
  }

  /** Content is a text of JSON, and becomes the value itself. */
  #content({ key, renamed, lead }: Rendering, start: number, from: number): number {
    const text = this.#text;
    const end = endOfString(text, from);
    if (end < 0) return -1;
    this.#replace(start, end, (renamed ?? `,${lead}`) + structuredJson(key, text.slice(from, end)));
    return end;
  }

  /** Adds the field that ECS derives from a value. */
  #derive(key: string, from: number, end: number): number {
    const value = this.#text.slice(from, end);
    if (key === 'spanline.schema') this.#replace(end, end, `,"ecs.version":${ECS_VERSION}`);
    else if (key === 'span.kind' && value === '"SERVER"') {
      if (this.#spanId === undefined) return -1;
      this.#replace(end, end, `,"transaction.id":${this.#spanId}`);
    } else if (key === 'client.address') {
      const record = `{"spanline.schema":"1.0","client.address":${fromLatin1(value)}}`;
      const isIp = toEcs(JSON.parse(record) as SpanRecord)['client.ip'] !== undefined;
      if (isIp) this.#replace(end, end, `,"client.ip":${value}`);
    }
    return end;
  }

  /** A field of the application: behind the record, unless its key is of an open family. */
  #other(key: string, start: number, from: number): number {
    const text = this.#text;
    if (FOREIGN.has(key) || ECS_NAMES.has(key) || isDerivedKey(key) || !isPlainKey(key)) return -1;
    if (this.#otherKeys.length === MAX_OTHER_KEYS || this.#otherKeys.includes(key)) return -1;
    this.#otherKeys.push(key);
    const end = endOfPlainScalar(text, from);
    if (end < 0 || (text.charCodeAt(from) !== LOWER_N && isOpenKey(key))) return end;
    this.#others += `,${text.slice(start + 1, end)}`;
    this.#replace(start, end, '');
    return end;
  }
}

/**
 * Creates the copier of a sink. It makes the ECS document of a line, byte for byte the one that parsing would make, and
 * returns `undefined` for a line that has to be parsed: one that `createLogger` does not write, or not in the profile
 * `otel`, or with values that JSON could also write in another way.
 */
export function createEcsCopy(): (line: Buffer) => EcsCopy | undefined {
  const lines = createLines();
  return (line) => {
    if (line[0] !== BRACE || !isUtf8(line)) return undefined;
    const text = line.toString('latin1');
    if (!text.includes(MARKER)) return undefined;
    try {
      return new LineCopy(text, lines).run();
    } catch {
      // Content with wrong escapes, or too deep for the stack.
      return undefined;
    }
  };
}
