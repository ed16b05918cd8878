import { lazy } from '@spanline/record';

/** Text in place of a value: stars, dots, variables, what people write in manuals. */
const PLACEHOLDER =
  /^(?:[*x•.…_-]+|<.*|[[{(].*|\$.*|%\w+%?|@\w+|#\{.*|null|undefined|none|nil|true|false|n\/a|redacted|masked|hidden|your[-_ ].*|my[-_].*|the|example.*|changeme|change me|placeholder.*)$/is;

/** Code that reads the value from somewhere: `process.env.TOKEN`, `self.token`, `getToken(`. */
const CODE =
  /^(?:(?:process|os|env|import|self|this|config|settings|options|secrets|vars|ctx|req|request|args|props)\b[.[(].*|[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+|[A-Za-z_$][\w$.]*\(.*)$/s;

/** Names of types. */
const TYPE =
  /^(?:string|str|text|varchar|number|int|integer|bytes?|bool|boolean|any|unknown|void|object|optional|required|option|secretstr)\b/i;

/** True for a value that a person has left out. */
export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value);
}

/** True for an expression or a type in place of a value. */
export function isCode(value: string): boolean {
  return CODE.test(value) || TYPE.test(value);
}

/** True for a number that is as long as one-time codes are. */
export function isOneTimeCode(value: string): boolean {
  return /^\d{4,10}$/.test(value);
}

const NO_LETTERS = lazy(() => new RegExp(String.raw`[\p{Ll}][\p{Lu}]|[^\p{L}'’.,:;!?-]`, 'u'));

/** Digits, signs or capital letters inside: no word of prose. */
export function isNoWord(value: string): boolean {
  return /\d/.test(value) ? /\D/.test(value) || value.length >= 4 : NO_LETTERS().test(value);
}

/** True for what is long and mixed enough to be made by a machine: no word, no name, no path of words. */
export function isRandom(value: string): boolean {
  return value.length >= 32 || (/\d/.test(value) && /[A-Za-z]/.test(value)) || /[a-z][A-Z].*[a-z][A-Z]/.test(value);
}

/**
 * Redaction replaces a value by a name with a number or a tag, or by the name of a built-in rule alone. Other words in
 * brackets are anybody's.
 */
const MARK = lazy(
  () =>
    new RegExp(
      String.raw`^\[(?:[A-Z][A-Z0-9_]*(?:_\d+|:[0-9a-f]{4})|SECRET|API_KEY|CREDENTIAL|CONNECTION_STRING|WEBHOOK|JWT|PRIVATE_KEY|EMAIL|PHONE|CARD|IBAN|SSN|IPV[46]|MAC|PASSPORT|[Rr]edacted|REDACTED)\](?![\p{L}\p{N}])`,
      'u',
    ),
);

/** True for what redaction wrote in place of a value. */
export function isReplaced(value: string): boolean {
  return MARK().test(value);
}
