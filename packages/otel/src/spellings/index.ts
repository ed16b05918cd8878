/** The one table of spellings: the place of every attribute of every vocabulary that is read. */
import { type AttributeKey, attributeRow, unitOfKey } from '@spanline/record';
import { AI_SDK } from './ai-sdk.ts';
import { CLAUDE_CODE } from './claude-code.ts';
import { BY_HAND, DATABASE, GEN_AI, HTTP } from './conventions.ts';
import { FAMILIES, type Family } from './families.ts';
import { LANGFUSE } from './langfuse.ts';
import { OPENINFERENCE } from './openinference.ts';
import type { Place, Spellings, Target } from './target.ts';
import { TRACELOOP } from './traceloop.ts';

export type { Family };

/** The vocabularies by the names that the documentation has for them. */
export const VOCABULARIES: Readonly<Record<string, Spellings>> = {
  'GenAI conventions, earlier names': GEN_AI,
  OpenInference: OPENINFERENCE,
  'Traceloop, OpenLLMetry': TRACELOOP,
  'AI SDK': AI_SDK,
  'Claude Code (spans called `claude_code.…`)': CLAUDE_CODE,
  Langfuse: LANGFUSE,
  'HTTP conventions, earlier names': HTTP,
  'Database conventions, earlier names': DATABASE,
  'Written by hand': BY_HAND,
};

/** How one attribute is read. */
export interface Reading {
  readonly kind: 'fact' | 'content' | 'usage' | Exclude<Place, `usage:${string}`>;
  /** Key of the record, or path in a usage object. */
  readonly key: string;
  readonly factor: number;
  /** The attribute has today's name: it wins over other spellings. */
  readonly isOwn: boolean;
}

function readingOf(target: Target, isOwn: boolean): Reading {
  if (typeof target === 'object') return { kind: 'fact', key: target[0], factor: target[1], isOwn };
  if (target.startsWith('usage:')) return { kind: 'usage', key: target.slice('usage:'.length), factor: 1, isOwn };
  const row = attributeRow(target);
  if (row === undefined) return { kind: target as 'nothing', key: target, factor: 1, isOwn };
  const kind = unitOfKey(target) === undefined ? (row.privacy === 'content' ? 'content' : 'fact') : 'usage';
  return { kind, key: target, factor: 1, isOwn };
}

function compile(...vocabularies: Spellings[]): ReadonlyMap<string, Reading> {
  return new Map(
    vocabularies.flatMap((vocabulary) =>
      Object.entries(vocabulary).map(([key, target]): [string, Reading] => [key, readingOf(target, false)]),
    ),
  );
}

const READINGS = compile(GEN_AI, OPENINFERENCE, TRACELOOP, AI_SDK, LANGFUSE, HTTP, DATABASE, BY_HAND);
const IN_CLAUDE_CODE = compile(CLAUDE_CODE);
const OWN = new Map<string, Reading>();

/** The reading of a key of the record itself. */
function ownReading(key: string): Reading | undefined {
  const known = OWN.get(key);
  if (known !== undefined) return known;
  if (attributeRow(key)?.settable !== true) return undefined;
  const reading = readingOf(key as AttributeKey, true);
  OWN.set(key, reading);
  return reading;
}

/** Returns how an attribute is read; `undefined` for one that no vocabulary has. */
export function readingFor(key: string, isClaudeCode: boolean): Reading | undefined {
  return (isClaudeCode ? IN_CLAUDE_CODE.get(key) : undefined) ?? READINGS.get(key) ?? ownReading(key);
}

/** Returns the family of an attribute, if it has one. */
export function familyOf(key: string): Family | undefined {
  return FAMILIES.find(({ prefix }) => key.startsWith(prefix));
}
