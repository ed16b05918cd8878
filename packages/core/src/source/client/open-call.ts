import { currentSpan, type LateContext } from '../../context/index.ts';
import type { SpanAttributes, SpanStatus } from '../../schema/index.ts';
import { onLeftOpen, type Scope, type Span, type SpanOptions, type Tracer } from '../../trace/index.ts';
import type { Guard } from '../guard.ts';
import type { AnswerEvents } from './answer.ts';
import type { AnswerReader, ClientCall } from './call.ts';
import { headerFacts, headerOf } from './header-facts.ts';
import { watchSdkStream } from './sdk-stream.ts';

/** A call under way. */
export interface OpenCall {
  readonly events: AnswerEvents;
  /** Runs the client's method inside the span. */
  run<T>(fn: () => T): T;
  /** Makes the span current in a context in which the method runs already. */
  enter(context: LateContext): void;
  /** An HTTP request is made for the call. Told twice of the same one where both a class and its instance are traced. */
  attempted(request: unknown): void;
  fail(error: unknown): void;
  end(): void;
}

/** Who traces a call. */
export interface CallTracing {
  readonly tracer: Tracer;
  readonly guard: Guard;
  readonly scope: Scope;
}

/** The span of a call: there from the start, or made at the end with the time of the call, if it is to be written at all. */
interface CallSpan {
  readonly now: Span | undefined;
  atEnd(facts: readonly SpanAttributes[]): Span | undefined;
}

/** What a call needs until its end. Nothing keeps it longer, however long somebody keeps the client's promise. */
interface Work {
  readonly span: CallSpan;
  readonly reader: AnswerReader;
  readonly facts: SpanAttributes[];
  chunks: number;
  /** Seconds. */
  firstChunk: number | undefined;
}

const seconds = (ms: number): number => Math.round(ms * 1000) / 1e6;

/** A JSON answer that the application reads itself is read along; a stream that it takes is its own. */
async function readAlong(response: unknown, read: (value: unknown) => void): Promise<void> {
  const { clone, headers } = (response ?? {}) as { clone?: () => Response; headers?: unknown };
  const isJson = headerOf(headers, 'content-type')?.includes('json') === true;
  read(isJson && clone !== undefined ? await clone.call(response).json() : undefined);
}

function createSpan(tracer: Tracer, scope: Scope, { span: given, isWritten }: ClientCall): CallSpan {
  const options: SpanOptions = { ...given, scope };
  if (isWritten === undefined) {
    const span = tracer.startSpan(options);
    return { now: span, atEnd: () => span };
  }
  options.startTime = performance.timeOrigin + performance.now();
  const parent = currentSpan();
  if (parent !== undefined) options.parent = parent;
  return {
    now: undefined,
    atEnd: (facts) =>
      isWritten(Object.assign({}, ...facts) as SpanAttributes) ? tracer.startSpan(options) : undefined,
  };
}

function streamFacts({ reader, chunks, firstChunk }: Work): SpanAttributes {
  return {
    ...reader.gathered(),
    'spanline.stream.chunks': chunks,
    'gen_ai.response.time_to_first_chunk': firstChunk,
  };
}

function errorFacts(error: unknown): SpanAttributes {
  const { headers, request_id: id, requestID } = (error ?? {}) as Record<string, unknown>;
  const known = headerFacts(headers);
  const request = known['spanline.provider.request_id'] ?? id ?? requestID;
  return { ...known, 'spanline.provider.request_id': typeof request === 'string' ? request : undefined };
}

/** Opens the span of a call and says how its end is told. No fault of ours reaches the caller. */
export function openCall({ tracer, guard, scope }: CallTracing, call: ClientCall): OpenCall {
  const startedMs = performance.now();
  const leavesOut = call.body !== undefined;
  const span = createSpan(tracer, scope, call);
  let open: Work | undefined = { span, reader: call.reader, facts: [], chunks: 0, firstChunk: undefined };
  let attempts = 0;
  let latest: unknown;
  if (span.now !== undefined) onLeftOpen(span.now, leftOpen);

  function finish(more: (work: Work) => SpanAttributes, failure?: { error: unknown }, status?: SpanStatus): void {
    const work = open;
    if (work === undefined) return;
    open = undefined;
    latest = undefined;
    const { facts, reader } = work;
    const told = guard(scope.name, () => more(work));
    if (told !== undefined) facts.push(told);
    if (attempts > 1) facts.push({ 'spanline.retry.attempt': attempts - 1 });
    const ended = guard(scope.name, () => work.span.atEnd(facts));
    if (ended === undefined) return;
    for (const each of facts) ended.set(each);
    const failed = failure ?? failureIn(guard(scope.name, () => reader.failure?.()));
    if (failed !== undefined) ended.fail(failed.error);
    ended.end(status === undefined ? undefined : { status });
  }

  function leftOpen(): void {
    for (const facts of open?.facts ?? []) open?.span.now?.set(facts);
    if (open !== undefined && open.chunks > 0) open.span.now?.set(streamFacts(open));
  }

  const failed = (error: unknown): void =>
    finish((work) => (work.chunks > 0 ? { ...streamFacts(work), ...errorFacts(error) } : errorFacts(error)), { error });

  const isStream = (value: unknown): boolean =>
    watchSdkStream(
      value,
      {
        chunk(piece): boolean {
          const work = open;
          const kind = work === undefined ? 'event' : guard(scope.name, () => work.reader.chunk(piece));
          if (kind === 'unasked') return false;
          if (work === undefined) return true;
          work.chunks++;
          if (kind === 'content') work.firstChunk ??= seconds(performance.now() - startedMs);
          return true;
        },
        done: (aborted) => finish(streamFacts, undefined, aborted ? 'aborted' : undefined),
        left: () => finish(streamFacts, undefined, 'abandoned'),
        failed,
      },
      leavesOut,
    );

  return {
    events: {
      arrived: (response) =>
        guard(scope.name, () =>
          open?.facts.push(headerFacts((response as { headers?: unknown } | undefined)?.headers)),
        ),
      parsed(value): void {
        if (guard(scope.name, () => isStream(value)) !== true) finish(({ reader }) => reader.whole(value));
      },
      taken(response): void {
        const reading = readAlong(response, (value) =>
          finish(({ reader }) => (value === undefined ? {} : reader.whole(value))),
        );
        reading.catch(() => finish(() => ({})));
      },
      failed,
      forgotten: () => finish(() => ({}), undefined, 'abandoned'),
    },
    run: (fn) => (open?.span.now === undefined ? fn() : tracer.run(open.span.now, fn)),
    enter(context): void {
      if (open?.span.now?.isRecording === true) context.enter(open.span.now);
    },
    attempted(request): void {
      if (open === undefined || request === latest) return;
      latest = request;
      attempts++;
    },
    fail: failed,
    end: () => finish(() => ({})),
  };
}

function failureIn(told: unknown): { error: unknown } | undefined {
  return told === undefined ? undefined : { error: told };
}
