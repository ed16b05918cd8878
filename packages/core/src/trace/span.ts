/** The span: writes its own state while it is recording. */
import type { ContentKey, SpanAttributes, SpanType } from '@spanline/record';
import type { Content, EndOptions } from '../api/index.ts';
import { coerce, inputKey, labelKey, outputKey, settableKind } from './attributes.ts';
import { noteOutcome } from './child-failures.ts';
import { childEnded, childStarted, completeSelfTime } from './self-time.ts';
import { type RecordedSpan, type SpanState, STATE } from './span-state.ts';
import { statusOfThrown } from './thrown-status.ts';

function isLabelValue(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

function setContent(state: SpanState, key: ContentKey, content: unknown): void {
  if (content !== undefined && content !== null) (state.content ??= {})[key] = content;
}

function setLabel(state: SpanState, key: string, value: unknown): void {
  const labels = (state.labels ??= {});
  const name = labelKey(String(key));
  const isFull = !Object.hasOwn(labels, name) && Object.keys(labels).length >= state.owner.maxLabels;
  if (!isLabelValue(value) || name === '' || isFull) {
    state.owner.internalError('span.label', `label ${name} left out`);
  } else {
    // `__proto__` is a label like any other.
    Object.defineProperty(labels, name, { value, enumerable: true, configurable: true, writable: true });
  }
}

function setAttribute(state: SpanState, key: string, value: unknown): void {
  if (value === undefined || value === null) return;
  const kind = settableKind(key);
  if (kind === 'text' || kind === 'json') {
    setContent(state, key as ContentKey, value);
  } else if (kind === undefined) {
    state.owner.internalError('span.set', `unknown key ${key}`);
    if (isLabelValue(value)) setLabel(state, key, value);
  } else {
    const fact = coerce(kind, value);
    if (fact === undefined) state.owner.internalError('span.set', `${key} is not ${kind}`);
    else state.attributes[key] = fact;
  }
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
    if (!this[STATE].isRecording) return this;
    try {
      const values: Readonly<Record<string, unknown>> = attributes;
      for (const key in values) setAttribute(this[STATE], key, values[key]);
    } catch (error) {
      this[STATE].owner.internalError('span.set', error);
    }
    return this;
  }

  label(key: string, value: string | number | boolean): this {
    if (this[STATE].isRecording) setLabel(this[STATE], key, value);
    return this;
  }

  tag(...tags: readonly string[]): this {
    const state = this[STATE];
    if (state.isRecording) (state.tags ??= []).push(...tags.filter((tag) => typeof tag === 'string'));
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
    if (state.isRecording && typeof name === 'string' && name !== '') state.name = name;
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
    if (options?.status !== undefined) state.status = options.status;
    state.level = options?.level;
    const { endTime } = options ?? {};
    const elapsed =
      typeof endTime === 'number' && Number.isFinite(endTime)
        ? endTime - state.startEpochMs
        : now - state.startMonotonicMs;
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
