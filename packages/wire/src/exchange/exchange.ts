/** One HTTP exchange with a model, from its request to the end of the answer. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { type CaptureSetting, currentSpan, type SpanAttributes } from '@spanline/core';
import { beginCall, type ClientTracing, epochMs, type OpenCall, priceOf, props } from '@spanline/instrumentation';
import type { FoundApi } from '../apis/index.ts';
import { type Answer, readAnswer } from './answer.ts';
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

/** An exchange whose call is open. */
interface OpenExchange {
  /** Nothing more of it will be seen. Its line has what has come. */
  stop(): void;
}

/** The tracing that all exchanges share. */
export interface ExchangeTracing extends Omit<ClientTracing, 'read' | 'beforeCall' | 'layer'> {
  readonly attempts: Attempts;
  /** Exchanges whose calls are open. */
  readonly open: Set<OpenExchange>;
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

/** All that the bytes of an answer need of its exchange. */
interface Receiving {
  readonly tracing: ExchangeTracing;
  answer: Answer | undefined;
  /** Nothing more of it is read. */
  isOver: boolean;
}

const receive = (answer: Answer | undefined, piece: Uint8Array): void => answer?.received(piece);

/** Reading bytes needs no context. One function serves all: compiled code is thrown away with its last function. */
function received(this: Receiving, piece: Uint8Array): void {
  const { tracing, answer, isOver } = this;
  if (!isOver) tracing.guard(tracing.scope.name, receive, answer, piece);
}

/**
 * Follows one exchange. Its call begins when the request is out, and so is known as a whole.
 */
export function followExchange(tracing: ExchangeTracing, { api, line, isKnown }: FoundApi): ExchangeEvents {
  const { guard, scope } = tracing;
  const inContext = AsyncLocalStorage.snapshot();
  const startTime = epochMs(tracing.tracer);
  const startedMs = performance.now();
  let collected: Body | undefined = new Body();
  let begun: Begun | undefined;
  const receiving: Receiving = { tracing, answer: undefined, isOver: false };
  const exchange: OpenExchange = { stop };

  function guarded(fn: () => void): void {
    if (!receiving.isOver) guard(scope.name, () => inContext(fn));
  }

  /** Ends the exchange: nothing more of it is read. */
  function finish(fn: () => void): void {
    guarded(fn);
    receiving.isOver = true;
    tracing.open.delete(exchange);
  }

  function stop(): void {
    finish(() => {
      const { answer } = receiving;
      answer?.catchUp();
      begun?.open.unfinished();
      answer?.close();
    });
  }

  /** Reads what has come of the answer so far: its call, or the one that it is a part of, ends early. */
  function catchUp(): void {
    guard(scope.name, () => receiving.answer?.catchUp());
  }

  function begin(): Begun | undefined {
    if (begun !== undefined) return begun;
    const sent = collected?.read();
    collected = undefined;
    if (!isKnown && !api.isShape(sent)) return undefined;
    const body = api.input?.(sent) ?? sent;
    const attempt = callersAttempts(tracing.attempts, sent, line.origin);
    let facts: SpanAttributes = {};
    const read: ClientTracing['read'] = (request) => {
      const call = api.read(request);
      if (call === undefined) return undefined;
      const { span } = call;
      facts = span.attributes ?? {};
      const attributes = { ...span.attributes, ...attempt.attributes };
      const options = { ...span, startTime, attributes };
      const { capture } = tracing;
      return { ...call, startedMs, catchUp, span: capture === undefined ? options : { ...options, capture } };
    };
    const { open, own } = beginCall({ ...tracing, read, layer: 'http' }, { ...api.request, body }) ?? {};
    if (open === undefined) return undefined;
    // The span is not made current: on Node 20 and 22, every promise costs more once a context was entered.
    attempt.begun(open.span ?? currentSpan(), own !== undefined);
    begun = { open, attempt, facts };
    tracing.open.add(exchange);
    return begun;
  }

  /** Remembers that the request failed, and its cost. Called while its call is open. */
  function noteFailure(): void {
    if (begun === undefined) return;
    const { open, attempt, facts } = begun;
    const usage = open.usage(true);
    const call = {
      provider: facts['gen_ai.provider.name'],
      host: facts['server.address'],
      port: facts['server.port'],
      requestModel: facts['gen_ai.request.model'],
    };
    const usd = usage?.costUsd ?? (usage && priceOf(tracing.tracer, { ...call, units: usage.units }));
    attempt.failed(usd ?? 0);
  }

  return {
    received: received.bind(receiving),
    sent: (piece) => guarded(() => collected?.add(piece)),
    sentAll(): void {
      guarded(() => {
        if (begin() === undefined) receiving.isOver = true;
      });
    },
    responded(status, headers): void {
      guarded(() => {
        const { open } = begin() ?? {};
        if (open === undefined) {
          receiving.isOver = true;
          return;
        }
        const ttfbMs = Math.round((performance.now() - startedMs) * 1000) / 1000;
        open.note({ 'http.response.status_code': status, 'spanline.http.ttfb_ms': ttfbMs });
        receiving.answer = readAnswer(open, api, { status, headers });
      });
    },
    ended: () => finish(() => receiving.answer?.ended(noteFailure)),
    failed(error): void {
      finish(() => {
        const { open } = begin() ?? {};
        if (open === undefined) return;
        const { answer } = receiving;
        const isAborted = isAbort(error);
        answer?.catchUp();
        if (!isAborted) noteFailure();
        if (answer !== undefined) answer.failed(error, isAborted);
        else if (isAborted) open.stream().done(true);
        else open.fail(error);
      });
    },
  };
}
