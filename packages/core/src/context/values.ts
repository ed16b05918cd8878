/** The values of a context, checked where they are given: everything that inherits them may rely on their types. */
import { type AttributeKey, isPlainObject } from '@spanline/record';
import type { ContextValues, PromptReference } from '../api/index.ts';
import {
  addLabels,
  admit,
  admitText,
  eachField,
  LABELS,
  type LeftOut,
  noteLeftOut,
  readProperty,
} from '../gate/index.ts';

/** The key under which values carry what was left out of them, for all copies of this package. */
const LEFT_OUT: unique symbol = Symbol.for('spanline.left-out');

interface CheckedValues {
  [LEFT_OUT]?: ReadonlySet<string>;
}

/** The texts among the values, and the keys that they are written as. */
const TEXTS: ReadonlyMap<string, AttributeKey> = new Map([
  ['sessionId', 'session.id'],
  ['userId', 'user.id'],
  ['conversationId', 'gen_ai.conversation.id'],
  ['requestId', 'http.request.id'],
  ['captureOverride', 'spanline.capture.override'],
]);

/** W3C Baggage: a propagator takes 64 members and 8,192 bytes. */
const MAX_BAGGAGE_MEMBERS = 64;
const MAX_BAGGAGE = 8192;

function admitBaggage(given: unknown): Record<string, string> | undefined {
  const baggage: Record<string, string> = Object.create(null) as Record<string, string>;
  let members = 0;
  let characters = 0;
  eachField(given, (key, value) => {
    const text = admitText(value);
    if (text === undefined) return;
    members++;
    characters += key.length + text.length;
    if (members <= MAX_BAGGAGE_MEMBERS && characters <= MAX_BAGGAGE) baggage[key] = text;
  });
  return members === 0 ? undefined : baggage;
}

/** A prompt with a name. What is wrong about the rest is left out. */
function admitPrompt(given: unknown, target: LeftOut): PromptReference | undefined {
  const name = admit('gen_ai.prompt.name', readProperty(given, 'name'), target);
  if (name === undefined || name === '') return undefined;
  const version = admit('gen_ai.prompt.version', readProperty(given, 'version'), target);
  const hash = admit('spanline.prompt.template_sha256', readProperty(given, 'templateSha256'), target);
  const variables = readProperty(given, 'variables');
  return {
    name,
    ...(version === undefined ? {} : { version }),
    ...(hash === undefined ? {} : { templateSha256: hash }),
    ...(isPlainObject(variables) ? { variables } : {}),
  };
}

/** Keys of which some values were left out, if any. */
export function leftOutOf(values: ContextValues): ReadonlySet<string> | undefined {
  return (values as CheckedValues)[LEFT_OUT];
}

/**
 * Adds values to those of an outer context. Ids become text, labels scalars with clean names. What is neither is left
 * out. Labels are merged. Never throws, and changes neither argument.
 */
export function addValues(outer: ContextValues, given: unknown): ContextValues {
  const values: Record<string, unknown> & CheckedValues = { ...outer };
  const target: LeftOut = { leftOut: undefined };
  const isWhole = eachField(given, (name, value) => {
    const key = TEXTS.get(name);
    if (key !== undefined) values[name] = admit(key, value, target);
    else if (name === 'labels') values[name] = addLabels({ ...outer.labels }, value, target);
    else if (name === 'prompt') values[name] = admitPrompt(value, target);
    else if (name === 'baggage') values[name] = admitBaggage(value);
    else if (name === 'capture') values[name] = value;
  });
  if (!isWhole) noteLeftOut(target, LABELS);
  if (target.leftOut !== undefined) values[LEFT_OUT] = new Set([...(values[LEFT_OUT] ?? []), ...target.leftOut]);
  return values as ContextValues;
}
