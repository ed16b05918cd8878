import { currentSpan } from '../../context/index.ts';
import type { SpanAttributes, SpanStatus } from '../../schema/index.ts';
import type { Span, SpanOptions, Tracer } from '../../trace/index.ts';
import type { Guard } from '../guard.ts';
import type { AnswerEvents } from './answer.ts';
import type { ClientCall } from './call.ts';
import { headerFacts, headerOf } from './header-facts.ts';
import { watchSdkStream } from './sdk-stream.ts';

/** A call under way. */
export interface OpenCall {
  readonly events: AnswerEvents;
  /** Runs the client's method inside the span. */
  run<T>(fn: () => T): T;
  /** An HTTP request is made for the call. Told twice of the same one where both a class and its instance are traced. */
  attempted(request: unknown): void;
  fail(error: unknown): void;
  end(): void;
}

const seconds = (ms: number): number => Math.round(ms * 1000) / 1e6;

/** A JSON answer that the application reads itself is read along; a stream that it takes is its own. */
async function readAlong(response: unknown, read: (value: unknown) => void): Promise<void> {
  const { clone, headers } = (response ?? {}) as { clone?: () => Response; headers?: unknown };
  const isJson = headerOf(headers, 'content-type')?.includes('json') === true;
  read(isJson && clone !== undefined ? await clone.call(response).json() : undefined);
}

/** Starts the span of a call; one that may not be written at all starts when it is known, with the time of the call. */
function createSpan(
  tracer: Tracer,
  call: ClientCall,
): { now: Span | undefined; atEnd: (facts: SpanAttributes) => Span | undefined } {
  if (call.isWritten === undefined) {
    const span = tracer.startSpan(call.span);
    return { now: span, atEnd: () => span };
  }
  const parent = currentSpan();
  const late: SpanOptions = {
    ...call.span,
    startTime: performance.timeOrigin + performance.now(),
    ...(parent === undefined ? {} : { parent }),
  };
  return { now: undefined, atEnd: (facts) => (call.isWritten?.(facts) === true ? tracer.startSpan(late) : undefined) };
}

/** Opens the span of a call and says how its end is told. No fault of ours reaches the caller. */
export function openCall(tracer: Tracer, guard: Guard, where: string, call: ClientCall): OpenCall {
  const { reader } = call;
  const startedMs = performance.now();
  const span = createSpan(tracer, call);
  let facts: SpanAttributes = {};
  let attempts = 0;
  let latest: unknown;
  let chunks = 0;
  let firstChunk: number | undefined;
  let isOver = false;

  function finish(more: () => SpanAttributes, failure?: { error: unknown }, status?: SpanStatus): void {
    if (isOver) return;
    isOver = true;
    facts = { ...facts, ...guard(where, more), 'spanline.retry.attempt': attempts > 1 ? attempts - 1 : undefined };
    const ended = guard(where, () => span.atEnd(facts));
    const told = guard(where, () => reader.failure?.());
    ended?.set(facts);
    if (failure !== undefined || told !== undefined) ended?.fail(failure === undefined ? told : failure.error);
    ended?.end(status === undefined ? {} : { status });
  }

  const streamed = (): SpanAttributes => ({
    ...reader.gathered(),
    'spanline.stream.chunks': chunks,
    'gen_ai.response.time_to_first_chunk': firstChunk,
  });
  const failed = (error: unknown): void =>
    finish(
      () => {
        const { headers, request_id: id, requestID } = (error ?? {}) as Record<string, unknown>;
        const known = headerFacts(headers);
        const request = known['spanline.provider.request_id'] ?? id ?? requestID;
        return {
          ...(chunks > 0 ? streamed() : {}),
          ...known,
          'spanline.provider.request_id': typeof request === 'string' ? request : undefined,
        };
      },
      { error },
    );

  const isStream = (value: unknown): boolean =>
    watchSdkStream(
      value,
      {
        chunk(piece): boolean {
          const kind = guard(where, () => reader.chunk(piece));
          if (kind === 'unasked') return false;
          chunks++;
          if (kind === 'content') firstChunk ??= seconds(performance.now() - startedMs);
          return true;
        },
        done: (aborted) => finish(streamed, undefined, aborted ? 'aborted' : undefined),
        left: () => finish(streamed, undefined, 'abandoned'),
        failed,
      },
      call.body !== undefined,
    );

  const parsed = (value: unknown): void => {
    if (guard(where, () => isStream(value)) !== true) finish(() => reader.whole(value));
  };

  return {
    events: {
      arrived: (response) =>
        guard(where, () => {
          facts = { ...facts, ...headerFacts((response as { headers?: unknown } | undefined)?.headers) };
        }),
      parsed,
      taken(response): void {
        const reading = readAlong(response, (value) => finish(() => (value === undefined ? {} : reader.whole(value))));
        reading.catch(() => finish(() => ({})));
      },
      failed,
      forgotten: () => finish(() => ({}), undefined, 'abandoned'),
    },
    run: (fn) => (span.now === undefined ? fn() : tracer.run(span.now, fn)),
    attempted(request): void {
      if (request === latest) return;
      latest = request;
      attempts++;
    },
    fail: failed,
    end: () => finish(() => ({})),
  };
}
