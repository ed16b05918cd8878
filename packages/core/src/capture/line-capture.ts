/** The capture of the application's own lines: their texts pass the same rules as those of spans. */
import { profileKey, type ProfileName } from '@spanline/record';
import { type JsonMember, plainKeyJson, replaceTexts, safeText, textOfJson, verifiedText } from '../content/index.ts';
import { byteLength, truncate } from '../gate/index.ts';
import type { Replacements, ValueRedactor } from '../redaction/index.ts';
import type { CaptureParts, CaptureReport, TraceMemory } from './captured-line.ts';
import { fitMembers } from './fit-members.ts';
import { loggedKey } from './keys.ts';

/** Fields of pino that no application fills with what a person typed. */
const PINO_KEYS = ['time', 'level', 'hostname', 'pid'];

/** pino's censor. A value that a path hid stays so, also under the name of a secret. */
const CENSOR = '[Redacted]';

/** JSON of a text, a number, an object or a list. */
const HAS_TEXT = /^["{[\d-]/;

/** How the texts of a line are redacted: by all rules, by those for credentials, or not at all. */
export type LineMode = 'redacted' | 'full' | 'unchanged';

/** Captures lines of the application. */
export interface LineCapture {
  /**
   * Redacts the texts of a line's members, and shortens a line that is too long. Never throws.
   *
   * @param done - keys of members that were captured already
   */
  apply(
    members: readonly JsonMember[],
    memory: TraceMemory,
    done: ReadonlySet<string>,
  ): { members: readonly JsonMember[]; report: CaptureReport };
}

/** Keys in our spelling and in that of a profile. */
function spelled(keys: Iterable<string>, profile: ProfileName): Set<string> {
  return new Set([...keys].flatMap((key) => [key, profileKey(key, profile)]));
}

/** Bytes of UTF-8. */
const MAX_KEY = 256;

/** Bounds the keys of a line. Each stays unique. */
class BoundedKeys {
  readonly #given: readonly JsonMember[];
  readonly #truncated: Set<string>;
  #taken: Set<string> | undefined;

  constructor(given: readonly JsonMember[], truncated: Set<string>) {
    this.#given = given;
    this.#truncated = truncated;
  }

  bound(key: string): string {
    const cut = truncate(key, MAX_KEY);
    if (cut === key) return key;
    const taken = (this.#taken ??= new Set(this.#given.map((member) => member.key)));
    let bounded = cut;
    for (let index = 2; taken.has(bounded); index++) bounded = `${index}_${cut}`;
    taken.add(bounded);
    this.#truncated.add(bounded);
    return bounded;
  }
}

/** How lines are captured. */
export interface LineSettings {
  readonly mode: LineMode;
  readonly profile: ProfileName;
  /** The text that the application's paths write in place of a value, if that is a string. @defaultValue pino's */
  readonly censor?: unknown;
}

/** Creates the capture of the application's lines. */
export function createLineCapture(parts: CaptureParts, { mode, profile, censor = CENSOR }: LineSettings): LineCapture {
  const { redactor, limits, hasher } = parts;
  const unread = spelled([...parts.protected, ...PINO_KEYS], profile);
  const hashed = spelled(parts.hashed, profile);

  function redactorOf(replacements: Replacements): ValueRedactor {
    const isFull = mode === 'full';
    return {
      verified: isFull ? redactor.verifiedForCredentials : redactor.verified,
      lookahead: redactor.lookahead,
      redact: (text, name) =>
        isFull ? redactor.redactCredentials(text, name, replacements) : redactor.redact(text, name, replacements),
      censor: (value) => value,
    };
  }

  return {
    apply(given, memory, done) {
      const replacements = redactor.startLine(memory);
      const lineRedactor = redactorOf(replacements);
      const truncated = new Set<string>();

      const keys = new BoundedKeys(given, truncated);

      function safe(text: string, name: string | undefined): { text: string; isTruncated: boolean } {
        if (text === censor) return { text, isTruncated: false };
        if (verifiedText(text, name, limits.lineBytes, lineRedactor) !== undefined) return { text, isTruncated: false };
        return safeText(text, name, { size: byteLength(text), maxBytes: limits.lineBytes }, lineRedactor);
      }

      function captured({ key, json }: JsonMember): JsonMember {
        if (unread.has(key) || done.has(key)) return { key, json };
        // The list of shortened fields has the keys of the line, which are redacted and bounded.
        const name = keys.bound(plainKeyJson(key) === undefined ? safe(key, undefined).text : key);
        const written = (text: string, textName: string | undefined): string => {
          const { text: kept, isTruncated } = safe(text, textName);
          if (isTruncated) truncated.add(name);
          return kept;
        };
        try {
          if (hasher !== undefined && hashed.has(loggedKey(key))) {
            return { key, json: JSON.stringify(hasher.hash(json.startsWith('"') ? textOfJson(json) : json)) };
          }
          return { key: name, json: HAS_TEXT.test(json) ? replaceTexts(json, key, written) : json };
        } catch {
          // A serializer of the application wrote something that is no JSON.
          return { key: name, json: JSON.stringify(written(json, key)) };
        }
      }

      const members =
        mode === 'unchanged' ? given.map(({ key, json }) => ({ key: keys.bound(key), json })) : given.map(captured);
      const fitting = fitMembers(members, limits.lineBytes, unread, truncated);
      return {
        members: fitting,
        report: {
          redactions: replacements.count,
          rules: replacements.byRule,
          truncated: truncated.size === 0 ? undefined : [...truncated],
          deferred: undefined,
        },
      };
    },
  };
}
