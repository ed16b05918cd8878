/** The span: writes its own state while it is recording. */
import {
  type AttributeKey,
  type ContentKey,
  MAX_KEY_LENGTH,
  MAX_KEYS,
  type SpanAttributes,
  type SpanType,
} from '@spanline/record';
import type { Content, EndOptions } from '../api/index.ts';
import {
  admit,
  admitFact,
  admitInstant,
  admitList,
  eachField,
  labelKey,
  LABELS,
  MAX_LIST,
  noteLeftOut,
  readProperty,
  type Rule,
  RULES,
  setLabel,
} from '../gate/index.ts';
import { inputKey, outputKey } from './attributes.ts';
import { noteOutcome } from './child-failures.ts';
import { childEnded, childStarted, completeSelfTime } from './self-time.ts';
import { type RecordedSpan, type SpanState, STATE } from './span-state.ts';
import { statusOfThrown } from './thrown-status.ts';

const AGENT_NAME: AttributeKey = 'gen_ai.agent.name';
const TAGS: AttributeKey = 'spanline.tags';

function setContent(state: SpanState, key: ContentKey, content: unknown): void {
  if (content !== undefined && content !== null) (state.content ??= {})[key] = content;
}

function label(state: SpanState, key: unknown, value: unknown): void {
  const { owner } = state;
  const isSet = setLabel((state.labels ??= {}), key, value, owner.maxLabels, state);
  if (!isSet) owner.internalError('span.label', `label ${labelKey(key)} left out`);
}

/** @param rule - the key's; `undefined` for a key that is not in the table */
function setAttribute(state: SpanState, key: string, rule: Rule | undefined, value: unknown): void {
  // Ids, times, status and roll-ups are the tracer's own and cannot be forged.
  if (rule === undefined || !rule.isSettable) {
    state.owner.internalError('span.set', `unknown key ${key.slice(0, MAX_KEY_LENGTH)}`);
    if (typeof value !== 'object' && typeof value !== 'function') label(state, key, value);
    else noteLeftOut(state, LABELS);
  } else if (rule.isContent) {
    setContent(state, key as ContentKey, value);
  } else {
    const fact = admitFact(key, rule, value, state);
    if (fact === undefined) state.owner.internalError('span.set', `${key} is not ${rule.kind}`);
    else {
      state.attributes[key] = fact;
      if (key === AGENT_NAME) state.agentName = String(fact);
    }
  }
}

function setAttributes(state: SpanState, attributes: Readonly<Record<string, unknown>> | string): void {
  let keys = 0;
  let last: Rule | undefined;
  // The letters of a text are no attributes.
  if (typeof attributes === 'string') return noteLeftOut(state, LABELS);
  try {
    for (const key in attributes) {
      if (keys++ === MAX_KEYS) return noteLeftOut(state, LABELS);
      const value = attributes[key];
      if (value === undefined || value === null) continue;
      const rule = RULES.after(last, key);
      if (rule !== undefined) last = rule;
      setAttribute(state, key, rule, value);
    }
  } catch (error) {
    state.owner.internalError('span.set', error);
    // A getter that throws costs its own value only.
    const isWhole = eachField(attributes, (key, value) => {
      if (value !== undefined && value !== null) setAttribute(state, key, RULES.get(key), value);
    });
    if (!isWhole) noteLeftOut(state, LABELS);
  }
}

/** Adds tags that are not there yet, up to the longest list of a record. */
export function addTags(state: SpanState, given: unknown): void {
  const tags = (state.tags ??= []);
  for (const tag of admitList(TAGS, given, state) ?? []) {
    if (tags.includes(tag)) continue;
    if (tags.length < MAX_LIST) tags.push(tag);
    else noteLeftOut(state, TAGS);
  }
}

function readEnd(state: SpanState, options: EndOptions): void {
  state.status = admit('span.status', readProperty(options, 'status'), state) ?? state.status;
  state.level = admit('level', readProperty(options, 'level'), state);
}

/**
 * A span that is being recorded. Its state is one object, so that the pipeline and other copies of this package read
 * and write plain fields.
 */
class SpanImpl implements RecordedSpan {
  readonly [STATE]: SpanState;

  constructor(state: SpanState) {
    this[STATE] = state;
  }

  get traceId(): string {
    return this[STATE].traceId;
  }

  get spanId(): string {
    return this[STATE].spanId;
  }

  get parentSpanId(): string | undefined {
    return this[STATE].parentSpanId;
  }

  get type(): SpanType {
    return this[STATE].type;
  }

  get name(): string {
    return this[STATE].name;
  }

  get isRecording(): boolean {
    return this[STATE].isRecording;
  }

  set(attributes: SpanAttributes): this {
    if (this[STATE].isRecording) setAttributes(this[STATE], attributes);
    return this;
  }

  label(key: string, value: string | number | boolean): this {
    if (this[STATE].isRecording) label(this[STATE], key, value);
    return this;
  }

  tag(...tags: readonly string[]): this {
    if (this[STATE].isRecording) addTags(this[STATE], tags);
    return this;
  }

  input(content: Content): this {
    const state = this[STATE];
    if (state.isRecording) setContent(state, inputKey(state.type, content), content);
    return this;
  }

  output(content: Content): this {
    const state = this[STATE];
    if (state.isRecording) setContent(state, outputKey(state.type, content), content);
    return this;
  }

  updateName(name: string): this {
    const state = this[STATE];
    if (state.isRecording) state.name = admit('span.name', name, state) || state.name;
    return this;
  }

  fail(error: unknown): this {
    const state = this[STATE];
    if (!state.isRecording) return this;
    state.status = statusOfThrown(error);
    if (state.status === 'error' || state.status === 'aborted') state.error = error;
    return this;
  }

  end(options?: EndOptions): void {
    const state = this[STATE];
    if (!state.isRecording) return;
    const { owner, localRoot, parent } = state;
    state.isRecording = false;
    const now = owner.monotonic();
    if (options !== undefined) readEnd(state, options);
    const endTime = admitInstant(readProperty(options, 'endTime'));
    const elapsed = endTime === undefined ? now - state.startMonotonicMs : endTime - state.startEpochMs;
    state.durationMs = Math.max(0, elapsed);
    completeSelfTime(state, now);
    state.isLate = localRoot.hasEnded;
    if (parent === undefined) {
      localRoot.hasEnded = true;
    } else {
      localRoot.rollup.open--;
      childEnded(parent[STATE], now);
      if (parent[STATE].isRecording) noteOutcome(parent[STATE], state, now);
    }
    if (state.status === 'error') localRoot.hasFailed = true;
    owner.finish(this);
    if (parent !== undefined && localRoot.rollup.open === 0) localRoot.onIdle?.();
  }
}

/** Creates the span of a state and adds it to its trace. */
export function createSpan(state: SpanState): RecordedSpan {
  const { localRoot, parent } = state;
  localRoot.rollup.spans++;
  if (parent !== undefined) {
    localRoot.rollup.open++;
    childStarted(parent[STATE], state.startMonotonicMs);
  }
  return new SpanImpl(state);
}
