import type {
  ContentAttributes,
  FactAttributes,
  SpanAttributes,
  SpanKind,
  SpanStatus,
  SpanType,
} from '@spanline/record';
import type {
  CaptureSetting,
  Content,
  ContextValues,
  EndOptions,
  ForeignContext,
  Labels,
  RemoteContext,
  Scope,
  ScoreOptions,
  Span,
} from '../api/index.ts';
import { inputKey, kindOf, labelKey, outputKey, toFact } from './attributes.ts';
import { isSameFailure, judge } from './failure.ts';
import type { LocalRoot } from './local-root.ts';

/** What a span needs of the tracer that started it. */
export interface SpanHost {
  readonly maxLabels: number;
  score(options: ScoreOptions): void;
  now(): number;
  monotonic(): number;
  /** Called once, by the first `end()`. */
  finish(span: RecordedSpan): void;
  internalError(where: string, error: unknown): void;
}

/** Everything about a span that is fixed when it starts. */
export interface SpanSeed {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  traceFlags: number;
  traceState: string | undefined;
  remoteParent: boolean;
  foreign: ForeignContext | undefined;
  parent: RecordedSpan | undefined;
  local: LocalRoot;
  name: string;
  type: SpanType;
  kind: SpanKind;
  scope: Scope | undefined;
  values: ContextValues;
  capture: CaptureSetting | undefined;
  startEpochMs: number;
  startMonotonicMs: number;
}

const NO_FACTS: FactAttributes & Record<string, unknown> = Object.freeze({});
const MAX_CHILD_FAILURES = 8;
const MAX_PATH_STEPS = 12;

/**
 * The span. Its fields are read by the pipeline and, through the parent chain, by spans of another installed copy of this package: they
 * are plain properties, never private ones.
 */
export class RecordedSpan implements Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly type: SpanType;
  readonly seed: SpanSeed;
  readonly parent: RecordedSpan | undefined;
  readonly local: LocalRoot;
  readonly depth: number;
  readonly host: SpanHost;
  name: string;
  isRecording = true;
  facts: FactAttributes & Record<string, unknown> = {};
  content: ContentAttributes | undefined;
  labels: Labels | undefined;
  tags: string[] | undefined;
  error: unknown;
  failed = false;
  status: SpanStatus = 'ok';
  level: string | undefined;
  durationMs = 0;
  selfMs = 0;
  late = false;
  linkTraceId: string | undefined;
  childFailures: unknown[] | undefined;
  leftOpen: (() => void) | undefined;
  /** The call that this span stands for is a span below it, which has its tokens and cost. */
  billedBelow = false;
  private openChildren = 0;
  private idleSince: number;

  constructor(host: SpanHost, seed: SpanSeed) {
    this.host = host;
    this.seed = seed;
    this.traceId = seed.traceId;
    this.spanId = seed.spanId;
    this.parentSpanId = seed.parentSpanId;
    this.type = seed.type;
    this.name = seed.name;
    this.parent = seed.parent;
    this.local = seed.local;
    this.depth = seed.parent === undefined ? 0 : seed.parent.depth + 1;
    this.idleSince = seed.startMonotonicMs;
    this.local.rollup.spans++;
    if (seed.parent !== undefined) {
      this.local.rollup.open++;
      seed.parent.childStarted(seed.startMonotonicMs);
    }
  }

  set(attributes: SpanAttributes): this {
    if (!this.isRecording) return this;
    try {
      for (const key in attributes) this.setOne(key, (attributes as Record<string, unknown>)[key]);
    } catch (error) {
      this.host.internalError('span.set', error);
    }
    return this;
  }

  private setOne(key: string, value: unknown): void {
    if (value === undefined || value === null) return;
    const kind = kindOf(key);
    if (kind === 'text' || kind === 'json') {
      (this.content ??= {})[key as keyof ContentAttributes] = value as never;
      return;
    }
    if (kind === undefined) {
      this.host.internalError('span.set', `unknown key ${key}`);
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') this.label(key, value);
      return;
    }
    const fact = toFact(kind, value);
    if (fact === undefined) this.host.internalError('span.set', `${key} is not ${kind}`);
    else this.facts[key] = fact;
  }

  label(key: string, value: string | number | boolean): this {
    if (!this.isRecording) return this;
    const labels = (this.labels ??= {});
    const name = labelKey(String(key));
    const scalar = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
    if (!scalar || name === '' || (!Object.hasOwn(labels, name) && Object.keys(labels).length >= this.host.maxLabels)) {
      this.host.internalError('span.label', `label ${name} left out`);
    } else {
      Object.defineProperty(labels, name, { value, enumerable: true, configurable: true, writable: true });
    }
    return this;
  }

  tag(...tags: readonly string[]): this {
    if (this.isRecording) (this.tags ??= []).push(...tags.filter((tag) => typeof tag === 'string'));
    return this;
  }

  input(content: Content): this {
    return this.setContent(inputKey(this.type, content), content);
  }

  output(content: Content): this {
    return this.setContent(outputKey(this.type, content), content);
  }

  private setContent(key: keyof ContentAttributes, content: unknown): this {
    if (this.isRecording && content !== undefined && content !== null) {
      (this.content ??= {})[key] = content as never;
    }
    return this;
  }

  updateName(name: string): this {
    if (this.isRecording && typeof name === 'string' && name !== '') this.name = name;
    return this;
  }

  fail(error: unknown): this {
    if (!this.isRecording) return this;
    const verdict = judge(error);
    this.status = verdict;
    if (verdict === 'error' || verdict === 'aborted') this.error = error;
    this.failed = verdict === 'error';
    return this;
  }

  end(options?: EndOptions): void {
    if (!this.isRecording) return;
    this.isRecording = false;
    const now = this.host.monotonic();
    if (options?.status !== undefined) this.status = options.status;
    this.level = options?.level;
    this.failed = this.status === 'error';
    const elapsed =
      typeof options?.endTime === 'number' && Number.isFinite(options.endTime)
        ? options.endTime - this.seed.startEpochMs
        : now - this.seed.startMonotonicMs;
    this.durationMs = Math.max(0, elapsed);
    if (this.openChildren === 0) this.selfMs += now - this.idleSince;
    this.selfMs = Math.min(Math.max(0, this.selfMs), this.durationMs);
    this.late = this.local.ended;
    if (this.parent === undefined) this.local.ended = true;
    else {
      this.local.rollup.open--;
      this.parent.childEnded(now, this);
    }
    if (this.failed) this.local.failed = true;
    this.host.finish(this);
  }

  /** True when the error arose in a span below and passed through this one. */
  get propagated(): boolean {
    return this.childFailures?.some((origin) => isSameFailure(this.error, origin)) ?? false;
  }

  /** `POST /ask > rag_chain > chat gpt-4o`, with the names as they are now; of a deep tree the innermost steps. */
  get path(): string {
    let path = this.name;
    let node = this.parent;
    for (let steps = 1; node !== undefined; node = node.parent) {
      if (++steps > MAX_PATH_STEPS) return `… > ${path}`;
      path = `${node.name} > ${path}`;
    }
    return path;
  }

  childStarted(now: number): void {
    if (this.openChildren++ === 0 && this.isRecording) this.selfMs += Math.max(0, now - this.idleSince);
  }

  childEnded(now: number, child: RecordedSpan): void {
    if (--this.openChildren === 0) this.idleSince = now;
    if (!child.failed || !this.isRecording) return;
    const failures = (this.childFailures ??= []);
    if (failures.length < MAX_CHILD_FAILURES) failures.push(child.error);
  }

  /** Lets go of what the application handed over; contexts and descendants may keep this span alive much longer. */
  release(): void {
    this.content = undefined;
    this.facts = NO_FACTS;
    this.childFailures = undefined;
    this.leftOpen = undefined;
    this.error = undefined;
  }
}

/** A parent may have been started by another installed copy of this package; what counts is what it carries. */
export function isSpan(parent: Span | RemoteContext): parent is RecordedSpan {
  return 'seed' in parent && 'local' in parent;
}
