/** One call that two instrumentations record side by side, neither below the other. */
import { BoundedMap } from '@spanline/record';
import { sharedState } from '../context/index.ts';
import { type SpanState, STATE } from './span-state.ts';

/** A record that carries the bill of its call. */
interface Billed {
  readonly scope: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Spans above it. A call of a tool below a model call is another call. */
  readonly above: ReadonlySet<string>;
  readonly id: string | undefined;
  readonly model: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  /** Monotonic milliseconds, for a span that was started when the call was. The wall clocks of two tracers differ. */
  readonly liveStartMs: number | undefined;
  readonly durationMs: number;
  /** Scopes of the further records of this call. */
  readonly others: Set<string>;
}

const MAX_KEYS = 4000;
/** Of calls that look the same, such as those of a provider that gives all answers one id. */
const MAX_ALIKE = 50;
const MAX_ABOVE = 100;

/**
 * Two records of one call that only look the same begin and end at almost the same time. In one trace it is enough that
 * they overlap: a machine that is busy may start the second record long after the first.
 */
const MIN_SHARE = 0.5;
/** A shorter call never left the process. The work of the recorders is a large part of its time. */
const SHORTEST_MS = 1;

/** Shared by all copies of this package. */
const calls = sharedState('billed-calls', () => ({
  /** Instrumentations of ours stand below each other. Only another tracer's stand beside them. */
  isNeeded: false,
  /** By log, then by {@link keysOf}. */
  known: new WeakMap<object, BoundedMap<string, Billed[]>>(),
}));

/** Says that spans of another tracer are recorded from here on. */
export function expectSecondRecords(): void {
  calls.isNeeded = true;
}

function knownIn({ owner }: SpanState): BoundedMap<string, Billed[]> {
  const log = owner.tracer?.logger ?? owner;
  let known = calls.known.get(log);
  if (known === undefined) calls.known.set(log, (known = new BoundedMap(MAX_KEYS)));
  return known;
}

function above({ parent }: SpanState): Set<string> {
  const ids = new Set<string>();
  for (let state = parent?.[STATE]; state !== undefined && ids.size < MAX_ABOVE; state = state.parent?.[STATE]) {
    ids.add(state.spanId);
  }
  return ids;
}

function toBilled(state: SpanState): Billed {
  const { scope, traceId, spanId, attributes, startEpochMs, startMonotonicMs, isLive, durationMs } = state;
  const { 'gen_ai.response.id': id, 'gen_ai.request.model': asked, 'gen_ai.response.model': answered } = attributes;
  return {
    scope: scope?.name ?? '',
    traceId,
    spanId,
    above: above(state),
    id,
    model: asked ?? answered,
    startMs: startEpochMs,
    liveStartMs: isLive ? startMonotonicMs : undefined,
    durationMs,
    others: new Set(),
  };
}

/**
 * A call is looked up by the provider's id of its answer, and by the tokens of its input, since many records have no
 * id. The tokens of the output differ: LangChain adds those of Anthropic's streams twice.
 */
function keysOf({ type, attributes }: SpanState): string[] {
  const { 'gen_ai.response.id': id } = attributes;
  const { 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': output } = attributes;
  const keys = id === undefined ? [] : [`${type} ${id}`];
  if (input !== undefined) keys.push(`${type} ${input} in`);
  else if (output !== undefined) keys.push(`${type} ${output} out`);
  return keys;
}

/**
 * How long both took place at once. Both have the call in common. On a busy machine the one begins long after the
 * other, and ends long after it.
 */
function sharedMs(one: Billed, other: Billed): number {
  const areLive = one.liveStartMs !== undefined && other.liveStartMs !== undefined;
  const from = areLive ? one.liveStartMs : one.startMs;
  const otherFrom = areLive ? other.liveStartMs : other.startMs;
  return Math.min(from + one.durationMs, otherFrom + other.durationMs) - Math.max(from, otherFrom);
}

function isSameTime(one: Billed, other: Billed): boolean {
  const shorter = Math.min(one.durationMs, other.durationMs);
  const shared = sharedMs(one, other);
  if (shared >= MIN_SHARE * shorter) return true;
  return shared > 0 && (one.traceId === other.traceId || shorter < SHORTEST_MS);
}

/** `gpt-4o` and `gpt-4o-2024-08-06` are one model, as far as it is known. */
const isSameModel = ({ model: one = '' }: Billed, { model: other = '' }: Billed): boolean =>
  one.startsWith(other) || other.startsWith(one);

function isSameCall(first: Billed, second: Billed): boolean {
  if (first.scope === second.scope || first.others.has(second.scope)) return false;
  if (first.above.has(second.spanId) || second.above.has(first.spanId)) return false;
  if (first.id === undefined || second.id === undefined) return isSameModel(first, second) && isSameTime(first, second);
  // Calls that took less than a millisecond share none of their time.
  return first.id === second.id && (sharedMs(first, second) > 0 || isSameTime(first, second));
}

/** The record of the same call, in the same trace if there is one: calls that look the same may run at once. */
function firstOf(known: readonly Billed[], call: Billed): Billed | undefined {
  const same = known.filter((billed) => isSameCall(billed, call));
  return same.find(({ traceId }) => traceId === call.traceId) ?? same[0];
}

function hasUsage({ attributes }: SpanState): boolean {
  return (
    attributes['gen_ai.usage.input_tokens'] !== undefined || attributes['gen_ai.usage.output_tokens'] !== undefined
  );
}

/**
 * True at the end of a model call that a record of another instrumentation has billed already: its answer has the same
 * id and they overlap, or one has no id and both have the same model, the same tokens of input, and almost the same
 * time, or times that overlap in one trace. Neither is below the other. Each record stands for one call, so that of two
 * calls which look the same both are billed.
 */
export function isSecondRecord(state: SpanState): boolean {
  if (!calls.isNeeded || (state.type !== 'llm' && state.type !== 'embedding')) return false;
  const known = knownIn(state);
  const call = toBilled(state);
  const keys = keysOf(state);
  for (const key of keys) {
    const first = firstOf(known.get(key) ?? [], call);
    first?.others.add(call.scope);
    if (first !== undefined) return true;
  }
  if (!hasUsage(state)) return false;
  for (const key of keys) {
    const alike = known.get(key) ?? [];
    if (alike.length === MAX_ALIKE) alike.shift();
    alike.push(call);
    known.set(key, alike);
  }
  return false;
}
