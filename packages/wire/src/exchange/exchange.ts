/** One HTTP exchange with a model, from its request to the end of the answer. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { type CaptureSetting, currentSpan, type SpanAttributes } from '@spanline/core';
import { beginCall, type ClientTracing, epochMs, type OpenCall, priceOf, props } from '@spanline/instrumentation';
import type { FoundApi, RequestLine } from '../apis/index.ts';
import { Answer } from './answer.ts';
import { type Attempt, type Attempts, callersAttempts } from './attempts.ts';
import { Body } from './body.ts';

/** Gets what a transport sees of an exchange. Nothing of it is kept or changed. */
export interface ExchangeEvents {
  /** A piece of the request's body is on its way. */
  sent(piece: Uint8Array | string): void;
  /** The request is out. */
  sentAll(): void;
  /** @param headers - by lower-case name */
  responded(status: number, headers: Readonly<Record<string, string>>): void;
  /** Bytes of the answer, as they came. */
  received(piece: Uint8Array): void;
  ended(): void;
  /** The exchange ended early. */
  failed(error: unknown): void;
}

/** The tracing that all exchanges share. */
export interface ExchangeTracing extends Omit<ClientTracing, 'read' | 'beforeCall' | 'layer'> {
  readonly attempts: Attempts;
  /** Exchanges whose calls are open. */
  readonly open: Set<Exchange>;
  readonly capture: CaptureSetting | undefined;
}

interface Begun {
  readonly open: OpenCall;
  readonly attempt: Attempt;
  /** Facts of the request that its price depends on. */
  readonly facts: SpanAttributes;
}

/** True for what a request is aborted with: an error, or the reason of its signal, as Next's has one. */
function isAbort(error: unknown): boolean {
  const { name, code } = props(error);
  return name === 'AbortError' || name === 'ResponseAborted' || code === 'ABORT_ERR' || code === 'UND_ERR_ABORTED';
}

const receive = (answer: Answer | undefined, piece: Uint8Array): void => answer?.received(piece);

/** Follows one exchange. Its call begins when the request is out, and so is known as a whole. */
export class Exchange implements ExchangeEvents {
  readonly #tracing: ExchangeTracing;
  readonly #found: FoundApi;
  readonly #line: RequestLine;
  readonly #inContext = AsyncLocalStorage.snapshot();
  readonly #startTime: number;
  readonly #startedMs = performance.now();
  #body: Body | undefined = new Body();
  #begun: Begun | undefined;
  #answer: Answer | undefined;
  #isOver = false;

  constructor(tracing: ExchangeTracing, line: RequestLine, found: FoundApi) {
    this.#tracing = tracing;
    this.#line = line;
    this.#found = found;
    this.#startTime = epochMs(tracing.tracer);
  }

  #guarded(fn: () => void): void {
    if (this.#isOver) return;
    const { guard, scope } = this.#tracing;
    guard(scope.name, () => this.#inContext(fn));
  }

  /** Ends the exchange: nothing more of it is read. */
  #finish(fn: () => void): void {
    this.#guarded(fn);
    this.#isOver = true;
    this.#tracing.open.delete(this);
  }

  /** Nothing more of it will be seen. Its line has what has come. */
  stop(): void {
    this.#finish(() => {
      this.#answer?.catchUp();
      this.#begun?.open.unfinished();
    });
  }

  #begin(): Begun | undefined {
    if (this.#begun !== undefined) return this.#begun;
    const { api, isKnown } = this.#found;
    const sent = this.#body?.read();
    this.#body = undefined;
    if (!isKnown && !api.isShape(sent)) return undefined;
    const body = api.input?.(sent) ?? sent;
    const attempt = callersAttempts(this.#tracing.attempts, sent, this.#line.origin);
    let facts: SpanAttributes = {};
    const read: ClientTracing['read'] = (request) => {
      const call = api.read(request);
      if (call === undefined) return undefined;
      const { span } = call;
      facts = span.attributes ?? {};
      const attributes = { ...span.attributes, ...attempt.attributes };
      const options = { ...span, startTime: this.#startTime, attributes };
      const { capture } = this.#tracing;
      return {
        ...call,
        startedMs: this.#startedMs,
        catchUp: () => this.#catchUp(),
        span: capture === undefined ? options : { ...options, capture },
      };
    };
    const begun = beginCall({ ...this.#tracing, read, layer: 'http' }, { ...api.request, body });
    if (begun === undefined) return undefined;
    // The span is not made current: on Node 20 and 22, every promise costs more once a context was entered.
    attempt.begun(begun.open.span ?? currentSpan(), begun.own !== undefined);
    this.#begun = { open: begun.open, attempt, facts };
    this.#tracing.open.add(this);
    return this.#begun;
  }

  /** Reads what has come of the answer so far: its call, or the one that it is a part of, ends early. */
  #catchUp(): void {
    const { guard, scope } = this.#tracing;
    guard(scope.name, () => this.#answer?.catchUp());
  }

  /** Remembers that the request failed, and its cost. Called while its call is open. */
  #noteFailure(): void {
    if (this.#begun === undefined) return;
    const { open, attempt, facts } = this.#begun;
    const usage = open.usage(true);
    const call = {
      provider: facts['gen_ai.provider.name'],
      host: facts['server.address'],
      port: facts['server.port'],
      requestModel: facts['gen_ai.request.model'],
    };
    const usd = usage?.costUsd ?? (usage && priceOf(this.#tracing.tracer, { ...call, units: usage.units }));
    attempt.failed(usd ?? 0);
  }

  sent(piece: Uint8Array | string): void {
    this.#guarded(() => this.#body?.add(piece));
  }

  sentAll(): void {
    this.#guarded(() => {
      if (this.#begin() === undefined) this.#isOver = true;
    });
  }

  responded(status: number, headers: Readonly<Record<string, string>>): void {
    this.#guarded(() => {
      const begun = this.#begin();
      if (begun === undefined) {
        this.#isOver = true;
        return;
      }
      const { open } = begun;
      const ttfbMs = Math.round((performance.now() - this.#startedMs) * 1000) / 1000;
      open.note({ 'http.response.status_code': status, 'spanline.http.ttfb_ms': ttfbMs });
      const unreadable = (): void => open.note({ 'spanline.usage.issue': 'incomplete' });
      this.#answer = new Answer(open, this.#found.api, { status, headers }, unreadable);
    });
  }

  received(piece: Uint8Array): void {
    if (this.#isOver) return;
    const { guard, scope } = this.#tracing;
    // Reading bytes needs no context. There are many of them.
    guard(scope.name, receive, this.#answer, piece);
  }

  ended(): void {
    this.#finish(() => this.#answer?.ended(() => this.#noteFailure()));
  }

  failed(error: unknown): void {
    this.#finish(() => {
      const begun = this.#begin();
      if (begun === undefined) return;
      const isAborted = isAbort(error);
      this.#answer?.catchUp();
      if (!isAborted) this.#noteFailure();
      if (this.#answer !== undefined) this.#answer.failed(error, isAborted);
      else if (isAborted) begun.open.stream().done(true);
      else begun.open.fail(error);
    });
  }
}
