/** Holds back a response until its guards have decided: whole, or event by event. */
import type { ServerResponse } from 'node:http';
import type { TextDecoder } from 'node:util';
import { Answer } from '../gate/answer.ts';
import { GatedStream, gateWhole } from '../gate/gated-stream.ts';
import type { Engine } from '../guards/engine.ts';
import { type GuardError, isGuardError } from '../guards/guard-error.ts';
import { bodyShape } from '../shapes/body.ts';
import { eventsShape } from '../shapes/events.ts';
import { eventOf, fragmentOf, lastEvent, readEvents, type ServerEvent, writeEvent } from '../shapes/sse.ts';
import { asUtf8, bytesOf, decoderOf, isEventStream, isJson, isText } from './body.ts';
import { HeldHead } from './held-head.ts';
import { Pipe } from './pipe.ts';

type Write = (chunk: unknown, ...rest: unknown[]) => boolean;
type End = (...args: unknown[]) => ServerResponse;
type Done = () => void;

/** Stands in place of a blocked text. */
export const blockedBody = ({ guard, rule, spanId }: GuardError): object => ({
  error: { code: 'ERR_GUARD', guard, rule, spanId },
});

const doneOf = (args: readonly unknown[]): Done | undefined =>
  args.find((each) => typeof each === 'function') as Done | undefined;

async function drained(res: ServerResponse): Promise<void> {
  while (res.writableNeedDrain && !res.destroyed) {
    await new Promise<void>((resolve) => {
      const go = (): void => {
        res.off('drain', go).off('close', go);
        resolve();
      };
      res.on('drain', go).on('close', go);
    });
  }
}

/** One response. */
class HeldResponse {
  readonly #res: ServerResponse;
  readonly #write: Write;
  readonly #end: End;
  readonly #head: HeldHead;
  readonly #answer: Answer;
  readonly #pieces: readonly string[];
  readonly #chunks: Buffer[] = [];
  #mode: 'new' | 'whole' | 'events' | 'passed' | 'stopped' = 'new';
  #decoder: TextDecoder | undefined;
  #text = '';
  #events: Pipe<ServerEvent> | undefined;
  #isEnded = false;

  constructor(res: ServerResponse, engine: Engine, pieces: readonly string[]) {
    this.#res = res;
    this.#write = res.write.bind(res) as Write;
    this.#end = res.end.bind(res) as End;
    this.#answer = new Answer(engine, 'output');
    this.#pieces = pieces;
    this.#head = new HeldHead(res, () => {
      if (isEventStream(this.#type())) this.#begin();
    });
  }

  /** Nobody reads the response any more, or all of it is sent. */
  closed(): void {
    this.#answer.abort();
    this.#events?.close();
  }

  #type(): string {
    return String(this.#res.getHeader('content-type') ?? '');
  }

  /** Chooses how the body is read, by the head of the response. */
  #begin(): void {
    if (this.#mode !== 'new') return;
    const { statusCode, req } = this.#res;
    const type = this.#type();
    if (req.method === 'HEAD' || statusCode === 204 || statusCode === 304 || !isText(type)) return this.#pass();
    this.#mode = 'whole';
    const unread = this.#unread(type);
    if (unread !== undefined) {
      this.#answer.unmapped(unread);
      return this.#unlessStopped();
    }
    this.#decoder = decoderOf(type);
    if (isEventStream(type)) this.#stream();
  }

  #unread(type: string): string | undefined {
    const encoding = String(this.#res.getHeader('content-encoding') ?? 'identity');
    if (encoding !== 'identity') return `body with the content-encoding ${encoding}`;
    if (this.#res.hasHeader('content-range')) return 'body that is a part of another one';
    return decoderOf(type) === undefined ? `body of the type ${type}` : undefined;
  }

  /** All guards have failed: a closed one has stopped the response, open ones let it pass. */
  #unlessStopped(): void {
    const { stop } = this.#answer;
    if (stop === undefined) this.#pass();
    else this.#refuse(stop.error);
  }

  /** Nothing more is read. */
  #pass(): void {
    this.#mode = 'passed';
    this.#head.release();
    this.#answer.done();
    for (const chunk of this.#chunks.splice(0)) this.#write(chunk);
  }

  #refuse(error: GuardError, done?: Done): void {
    this.#mode = 'stopped';
    this.#chunks.length = 0;
    this.#text = '';
    this.#head.replace(422, 'application/json; charset=utf-8');
    this.#head.release();
    this.#end(JSON.stringify(blockedBody(error)), done);
  }

  #stream(): void {
    this.#mode = 'events';
    this.#events = new Pipe(() => this.#res.emit('drain'));
    this.#head.release();
    this.#res.removeHeader('content-length');
    this.#res.flushHeaders();
    void this.#send(this.#events);
  }

  async #send(pipe: Pipe<ServerEvent>): Promise<void> {
    const gated = new GatedStream(pipe, this.#answer, eventsShape(this.#pieces));
    let last: string | undefined;
    try {
      for await (const event of gated) {
        this.#write(writeEvent(event));
        await drained(this.#res);
      }
    } catch (error) {
      if (isGuardError(error)) last = writeEvent(eventOf(blockedBody(error), ['event: error']));
    }
    this.#mode = 'stopped';
    this.#end(last);
  }

  /** The application writes. */
  taken(chunk: unknown, rest: readonly unknown[]): boolean {
    this.#begin();
    if (this.#mode === 'passed') return this.#write(chunk, ...rest);
    this.#head.start();
    const isOpen = this.#add(bytesOf(chunk, rest[0]));
    const done = doneOf(rest);
    if (done !== undefined) process.nextTick(done);
    return isOpen;
  }

  /** @returns false if the application has to wait for `drain` */
  #add(bytes: Buffer): boolean {
    if (this.#mode !== 'whole' && this.#mode !== 'events') return true;
    this.#text += this.#decoder?.decode(bytes, { stream: true }) ?? '';
    if (this.#mode === 'whole') this.#chunks.push(bytes);
    const isOpen = this.#events === undefined || this.#addEvents(this.#events);
    if (this.#text.length > this.#answer.maxHeld) this.#tooLong();
    return isOpen;
  }

  #addEvents(pipe: Pipe<ServerEvent>): boolean {
    const { events, rest } = readEvents(this.#text);
    this.#text = rest;
    return pipe.add(events);
  }

  #tooLong(): void {
    this.#answer.tooLong(undefined);
    if (this.#events === undefined) return this.#unlessStopped();
    this.#events.add([fragmentOf(this.#text)]);
    this.#text = '';
  }

  /** The application ends. */
  ended(args: readonly unknown[]): ServerResponse {
    const [chunk] = args;
    const hasBody = (typeof chunk === 'string' && chunk !== '') || chunk instanceof Uint8Array;
    if (this.#mode === 'new' && !hasBody) this.#pass();
    this.#begin();
    if (this.#mode === 'passed') return this.#end(...args);
    if (this.#isEnded) return this.#res;
    this.#isEnded = true;
    this.#head.start();
    const done = doneOf(args);
    if (hasBody) this.#add(bytesOf(chunk, args[1]));
    this.#finish(done);
    return this.#res;
  }

  #finish(done: Done | undefined): void {
    // A text that was too long has passed meanwhile.
    if ((this.#mode as string) === 'passed') this.#end(done);
    else if (this.#events !== undefined) {
      if (done !== undefined) this.#res.once('finish', done);
      this.#text += this.#decoder?.decode() ?? '';
      this.#events.add(lastEvent(this.#text));
      this.#events.close();
    } else if (this.#mode === 'whole') void this.#sendWhole(done);
    else if (done !== undefined) this.#res.once('finish', done);
  }

  async #sendWhole(done: Done | undefined): Promise<void> {
    const text = this.#text + (this.#decoder?.decode() ?? '');
    try {
      const result = await gateWhole(text, this.#answer, bodyShape(isJson(this.#type())));
      if (this.#res.destroyed) return;
      this.#mode = 'stopped';
      let body = Buffer.concat(this.#chunks);
      if (result !== text) {
        body = Buffer.from(result);
        this.#head.changed();
        this.#res.setHeader('content-type', asUtf8(this.#type()) || 'text/plain; charset=utf-8');
        if (this.#res.hasHeader('content-length')) this.#res.setHeader('content-length', body.length);
      }
      this.#head.release();
      this.#end(body, done);
    } catch (error) {
      if (isGuardError(error)) this.#refuse(error, done);
      else this.#res.destroy(error as Error);
    }
  }
}

/** Takes over the methods with which an application writes a response. */
export function holdResponse(res: ServerResponse, engine: Engine, pieces: readonly string[]): void {
  const held = new HeldResponse(res, engine, pieces);
  res.write = ((chunk: unknown, ...rest: unknown[]) => held.taken(chunk, rest)) as typeof res.write;
  res.end = ((...args: unknown[]) => held.ended(args)) as typeof res.end;
  res.once('close', () => held.closed());
}
