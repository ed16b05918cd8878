import type { RecordedModelCall } from '../recording/recorded-call.ts';
import type { ModelRequest } from '../wire/model-request.ts';
/** The first thing in which a request differs from a recorded call. */
import { canonicalJson, flatten, type Said } from './flatten.ts';
import { differentParameter } from './parameters.ts';
import type { SameText } from './same-text.ts';

/** A difference. */
export interface Difference {
  /** The place: `model`, `message 3 (user)`, `tools`, `temperature`. */
  readonly what: string;
  readonly recorded: string;
  readonly given: string;
  /** Messages that are the same before it: the recorded call with most of them is the one that was meant. */
  readonly same: number;
}

/** How strictly a request is compared: by everything, or by its messages only. */
export type MatchMode = 'strict' | 'messages';

const NOTHING = '(nothing)';
const textOf = (value: unknown): string => (value === undefined ? NOTHING : canonicalJson(value));

/** How requests are compared. */
export interface Comparison {
  readonly mode: MatchMode;
  readonly sameText: SameText;
}

function messageDifference(call: RecordedModelCall, request: ModelRequest, sameText: SameText): Difference | undefined {
  const [recorded, given] = [flatten(call.messages ?? []), flatten(request.messages)];
  const isSame = (a: Said | undefined, b: Said | undefined): boolean =>
    a !== undefined && b !== undefined && a.role === b.role && sameText(a.text, b.text, call.isRedacted);
  const length = Math.max(recorded.length, given.length);
  for (let at = 0; at < length; at++) {
    const [one, other] = [recorded[at], given[at]];
    if (isSame(one, other)) continue;
    const place = other ?? one;
    const role =
      one !== undefined && other !== undefined && one.role !== other.role
        ? `${one.role}, now ${other.role}`
        : place?.role;
    return {
      what: `message ${(place?.message ?? 0) + 1} (${role})`,
      recorded: one?.text ?? NOTHING,
      given: other?.text ?? NOTHING,
      same: at,
    };
  }
  return undefined;
}

/** Finds the first difference; `undefined` for a request that matches. Messages come first: they say most. */
export function differenceOf(
  call: RecordedModelCall,
  request: ModelRequest,
  { mode, sameText }: Comparison,
): Difference | undefined {
  const message = messageDifference(call, request, sameText);
  if (message !== undefined || mode === 'messages') return message;
  const same = Number.POSITIVE_INFINITY;
  if (call.model !== request.model)
    return { what: 'model', recorded: textOf(call.model), given: textOf(request.model), same };
  const [tools, offered] = [canonicalJson(call.tools), canonicalJson(request.tools)];
  if (!sameText(tools, offered, call.isRedacted)) return { what: 'tools', recorded: tools, given: offered, same };
  const key = differentParameter(call, request);
  if (key === undefined) return undefined;
  return { what: key, recorded: textOf(call.parameters[key]), given: textOf(request.parameters[key]), same };
}
