import type { IncomingMessage, ServerResponse } from 'node:http';
/** Guards requests and responses of Express. */
import { StringDecoder } from 'node:string_decoder';
import { isObject } from '@spanline/instrumentation';
import { option, type Shape } from '@spanline/record';
import { Answer } from '../gate/answer.ts';
import { GatedStream, gateWhole } from '../gate/gated-stream.ts';
import { checkInput } from '../gate/input.ts';
import { Engine, type UseGuardsOptions } from '../guards/engine.ts';
import { type GuardError, isGuardError } from '../guards/guard-error.ts';
import { valueTexts } from '../shapes/requests.ts';
import { eventsShape, readEvents, type ServerEvent, writeEvent } from '../shapes/sse.ts';
import { valueShape } from '../shapes/value.ts';
import { Pipe } from './pipe.ts';

/** Options of {@link guardExpress}. */
export interface GuardExpressOptions extends UseGuardsOptions {
  /**
   * Fields of the data of server-sent events that hold pieces of one text, such as `delta` or
   * `choices.*.delta.content`. Texts of other fields are complete. Data that is no JSON is a piece.
   *
   * @defaultValue none
   */
  pieces?: readonly string[];
}

/** A handler of Express. */
export type GuardHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>;

const SHAPE: Shape<Pick<GuardExpressOptions, 'pieces'>> = {
  pieces: option.like<readonly string[]>(
    'an array of paths such as choices.*.delta.content',
    (value) => Array.isArray(value) && value.every((path) => typeof path === 'string' && path !== ''),
  ),
};
const TEXT = /^(?:text\/|application\/(?:[\w.+-]*json|xml))/i;

type Write = (chunk: unknown, ...rest: unknown[]) => boolean;
type End = (...args: unknown[]) => ServerResponse;

const bodyOf = ({ guard, rule, spanId }: GuardError): object => ({ error: { code: 'ERR_GUARD', guard, rule, spanId } });

function parsed(text: string, type: string): unknown {
  if (!/json/i.test(type)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Holds back a response until its guards have decided: whole, or event by event. */
function guardResponse(res: ServerResponse, engine: Engine, pieces: readonly string[]): void {
  const write = res.write.bind(res) as Write;
  const end = res.end.bind(res) as End;
  const answer = new Answer(engine, 'output');
  const decoder = new StringDecoder('utf8');
  let whole = '';
  let events: Pipe<ServerEvent> | undefined;
  let isEnded = false;
  const type = (): string => String(res.getHeader('content-type') ?? '');
  const isStream = (): boolean => /^text\/event-stream/i.test(type());
  const isBinary = (): boolean => type() !== '' && !TEXT.test(type());

  async function send(pipe: Pipe<ServerEvent>): Promise<void> {
    const gated = new GatedStream(pipe, answer, eventsShape(pieces));
    try {
      for await (const event of gated) if (!write(writeEvent(event))) await drained(res);
      end();
    } catch (error) {
      end(isGuardError(error) ? writeEvent({ head: 'event: error', data: bodyOf(error) }) : undefined);
    }
  }

  async function sendWhole(): Promise<void> {
    let body: string;
    try {
      const given = parsed(whole, type());
      const value = await gateWhole(given, answer, valueShape());
      body = value === given ? whole : isObject(value) ? JSON.stringify(value) : String(value);
    } catch (error) {
      if (!isGuardError(error)) throw error;
      res.statusCode = 422;
      res.setHeader('content-type', 'application/json; charset=utf-8');
      body = JSON.stringify(bodyOf(error));
    }
    res.removeHeader('etag');
    res.setHeader('content-length', Buffer.byteLength(body));
    end(body);
  }

  function take(chunk: unknown): boolean {
    const text = typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk as Uint8Array));
    whole += text;
    if (!isStream()) return true;
    if (events === undefined) {
      events = new Pipe(() => res.emit('drain'));
      if (!res.headersSent) res.flushHeaders();
      void send(events);
    }
    const { events: complete, rest } = readEvents(whole);
    whole = rest;
    return events.add(complete);
  }

  res.write = ((chunk: unknown, ...rest: unknown[]) => {
    if (isEnded) return false;
    return isBinary() ? write(chunk, ...rest) : take(chunk);
  }) as typeof res.write;
  res.end = ((...args: unknown[]) => {
    if (isEnded) return res;
    isEnded = true;
    const [chunk] = args;
    if (isBinary()) {
      answer.done();
      return end(...args);
    }
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) take(chunk);
    if (events === undefined) void sendWhole();
    else {
      if (whole.trim() !== '') events.add(readEvents(`${whole}\n\n`).events);
      events.close();
    }
    return res;
  }) as typeof res.end;
  res.once('close', () => answer.abort());
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    res.once('drain', resolve);
    res.once('close', resolve);
  });
}

/**
 * Creates a middleware that guards the body of a request, and the response: JSON and text as a whole, server-sent
 * events one by one. Add it behind `express.json()`. A blocked request or response has the status 422 and
 * `{ error: { code, guard, rule, spanId } }`; a blocked stream ends with this as an event `error`.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { detectors, guardExpress, redactOutput } from '@spanline/guards';
 * import express from 'express';
 *
 * const guards = [redactOutput({ rules: detectors({ only: ['EMAIL'] }), failMode: 'closed' })];
 * const app = express().use(express.json(), guardExpress({ guards, pieces: ['delta'] }));
 * ```
 */
export function guardExpress(options: GuardExpressOptions): GuardHandler {
  const engine = new Engine(options, SHAPE);
  const { pieces = [] } = options;

  async function guard(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    try {
      await checkInput(engine, valueTexts((req as { body?: unknown }).body, 'user'), 'input');
    } catch (error) {
      if (!isGuardError(error)) throw error;
      res.statusCode = 422;
      res.setHeader('content-type', 'application/json; charset=utf-8');
      res.end(JSON.stringify(bodyOf(error)));
      return false;
    }
    if (engine.outputs.length > 0) guardResponse(res, engine, pieces);
    return true;
  }

  return async (req, res, next) => {
    let isOpen: boolean;
    try {
      isOpen = await guard(req, res);
    } catch (error) {
      next(error);
      return;
    }
    if (isOpen) next();
  };
}
