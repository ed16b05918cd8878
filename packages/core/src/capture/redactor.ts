import { createHmac } from 'node:crypto';
import type { Detector, RedactOptions } from '../api/index.ts';
import { CleanTexts } from './clean-texts.ts';
import { decodeText, ENCODED_HINT } from './decode-text.ts';
import type { MessageIndex } from './message-index.ts';
import { BUILT_IN_RULES, isSecretName, type Rule, toRule } from './rules.ts';

/** What one local root has in common: the same value has the same number on all its lines. */
export interface RedactionScope {
  numbers: Map<string, number> | undefined;
  perRule: Map<string, number> | undefined;
  /** Messages that lines of this local root hold. */
  messages: MessageIndex | undefined;
}

/** Counts what was replaced while one record was captured. */
export interface RedactionTally {
  count: number;
  rules: Record<string, number> | undefined;
}

/** Replaces what must not be logged. */
export interface Redactor {
  /** All rules and detectors. */
  redact(text: string, name: string | undefined, scope: RedactionScope, tally: RedactionTally): string;
  /** Replaces what a detector found. */
  mark(text: string, ranges: Ranges, scope: RedactionScope, tally: RedactionTally): string;
  /** Only the rules for credentials, which hold in every mode. */
  credentials(text: string, name: string | undefined, scope: RedactionScope, tally: RedactionTally): string;
  /** Texts that `redact` leaves as they are; nothing is remembered where an application's own code has a say. */
  readonly clean: CleanTexts | undefined;
  /** Texts that `credentials` leaves as they are. */
  readonly cleanOfCredentials: CleanTexts;
}

/** A new scope, for a new local root. */
export function createScope(): RedactionScope {
  return { numbers: undefined, perRule: undefined, messages: undefined };
}

/** Values that are numbered per scope; later ones stand without a number. */
const MAX_NUMBERED = 1000;
const TAG_LENGTH = 4;

type Placeholder = (name: string, value: string, scope: RedactionScope) => string;

/** `[EMAIL_1]`: readable within one trace and worthless outside of it. */
function numbered(name: string, value: string, scope: RedactionScope): string {
  const numbers = (scope.numbers ??= new Map<string, number>());
  const perRule = (scope.perRule ??= new Map<string, number>());
  const key = `${name}\n${value}`;
  let number = numbers.get(key);
  if (number === undefined) {
    if (numbers.size >= MAX_NUMBERED) return `[${name}]`;
    number = (perRule.get(name) ?? 0) + 1;
    perRule.set(name, number);
    numbers.set(key, number);
  }
  return `[${name}_${number}]`;
}

/** `[EMAIL:7f3a]`: the same for the same value wherever the same key is used. */
function keyed(hashKey: string): Placeholder {
  return (name, value) => `[${name}:${createHmac('sha256', hashKey).update(value).digest('hex').slice(0, TAG_LENGTH)}]`;
}

function note(tally: RedactionTally, name: string): void {
  tally.count++;
  tally.rules ??= {};
  tally.rules[name] = (tally.rules[name] ?? 0) + 1;
}

/** What tells at once that there is nothing to do. */
interface Sentinel {
  /** The union of the rules' hints: text in which it finds nothing matches no rule. */
  readonly hints: RegExp | undefined;
  /** The same with encodings: text in which it finds nothing is clean. */
  readonly hintsOrEncoded: RegExp | undefined;
}

function sentinel(rules: readonly Rule[]): Sentinel {
  if (rules.some(({ hint }) => hint === '')) return { hints: undefined, hintsOrEncoded: undefined };
  const hints = rules.map(({ hint }) => hint);
  return { hints: new RegExp(hints.join('|')), hintsOrEncoded: new RegExp([...hints, ENCODED_HINT].join('|')) };
}

interface CompiledRule extends Rule {
  readonly found: RegExp | undefined;
}

const compile = (rules: readonly Rule[]): CompiledRule[] =>
  rules.map((rule) => ({ ...rule, found: rule.hint === '' ? undefined : new RegExp(rule.hint) }));

function applyRule(rule: CompiledRule, text: string, replacement: (value: string) => string): string {
  if (rule.found !== undefined && !rule.found.test(text)) return text;
  let result = '';
  let end = 0;
  for (const match of text.matchAll(rule.pattern)) {
    const [whole] = match;
    const value = match.groups?.['value'] ?? whole;
    if (whole === '' || (rule.test !== undefined && !rule.test(value))) continue;
    const start = match.index + whole.lastIndexOf(value);
    result += text.slice(end, start) + replacement(value);
    end = start + value.length;
  }
  return end === 0 ? text : result + text.slice(end);
}

/** Where a detector found something. */
type Ranges = ReturnType<Detector>;

/** Replaces ranges of a text; of overlapping ones the first counts, ones outside of the text are ignored. */
function replaceRanges(text: string, found: Ranges, replacement: (name: string, value: string) => string): string {
  const ranges = [...found]
    .filter(({ start, end }) => Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end > start)
    .toSorted((a, b) => a.start - b.start);
  let result = '';
  let last = 0;
  for (const { start, end, name } of ranges) {
    if (start < last || end > text.length) continue;
    result += text.slice(last, start) + replacement(name, text.slice(start, end));
    last = end;
  }
  return result + text.slice(last);
}

function chooseRules(options: RedactOptions): Rule[] {
  const chosen = BUILT_IN_RULES.filter(({ name, on }) => options.rules?.[name] ?? on ?? true);
  return [...chosen, ...(options.custom ?? []).map(toRule)];
}

/**
 * Builds a redactor: the built-in rules that are on, own rules, then detectors. A detector that throws takes the text with it, so that nothing unread is logged.
 *
 * @param hashKey - makes replacements keyed (`[EMAIL:7f3a]`) instead of numbered (`[EMAIL_1]`)
 */
export function createRedactor(options: RedactOptions, hashKey: string | undefined): Redactor {
  const place = hashKey === undefined ? numbered : keyed(hashKey);
  const all = compile(chooseRules(options));
  const credentialRules = all.filter(({ credential }) => credential);
  const detectors = options.detectors ?? [];
  const anything = sentinel(all);
  const anyCredential = sentinel(credentialRules);

  /** An encoding hides what a rule looks for (`jane%40example.org`, `\nAKIA…`): where something is found in the decoded text, that is what is written. */
  function runDecoded(
    rules: readonly CompiledRule[],
    { hints, hintsOrEncoded }: Sentinel,
    text: string,
    scope: RedactionScope,
    tally: RedactionTally,
  ): string {
    if (hintsOrEncoded?.test(text) === false) return text;
    const plain = hints?.test(text) === false ? text : run(rules, text, scope, tally);
    const decoded = decodeText(plain);
    if (decoded === plain || hints?.test(decoded) === false) return plain;
    const before = tally.count;
    const result = run(rules, decoded, scope, tally);
    return tally.count === before ? plain : result;
  }

  function run(rules: readonly CompiledRule[], text: string, scope: RedactionScope, tally: RedactionTally): string {
    let result = text;
    for (const rule of rules) {
      result = applyRule(rule, result, (value) => {
        note(tally, rule.name);
        return place(rule.name, value, scope);
      });
    }
    return result;
  }

  function isSecretField(text: string, name: string | undefined, tally: RedactionTally): boolean {
    if (name === undefined || text === '' || !isSecretName(name)) return false;
    note(tally, 'SECRET');
    return true;
  }

  function mark(text: string, ranges: Ranges, scope: RedactionScope, tally: RedactionTally): string {
    return replaceRanges(text, ranges, (rule, value) => {
      note(tally, rule);
      return place(rule, value, scope);
    });
  }

  const hasOwnCode = detectors.length > 0 || (options.custom ?? []).some(({ test }) => test !== undefined);

  return {
    clean: hasOwnCode ? undefined : new CleanTexts(),
    cleanOfCredentials: new CleanTexts(),
    mark,
    redact(text, name, scope, tally) {
      if (isSecretField(text, name, tally)) return '[SECRET]';
      let result = runDecoded(all, anything, text, scope, tally);
      for (const detector of detectors) {
        try {
          result = mark(result, detector(result), scope, tally);
        } catch {
          note(tally, 'DETECTOR_FAILED');
          return '[DETECTOR_FAILED]';
        }
      }
      return result;
    },
    credentials(text, name, scope, tally) {
      if (isSecretField(text, name, tally)) return '[SECRET]';
      return runDecoded(credentialRules, anyCredential, text, scope, tally);
    },
  };
}
