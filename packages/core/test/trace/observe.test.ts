import { Readable } from 'node:stream';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { collectUntil } from '../../../../test/support/garbage.ts';
import { createTracer, currentSpan, observe, type ObserveOptions, traceable } from '../../src/index.ts';
import { memoryLog, tree } from '../../src/testing.ts';

function setUp() {
  const log = memoryLog();
  const tracer = createTracer({
    service: { name: 'test' },
    logger: log.logger,
    statsIntervalSeconds: 0,
    capture: 'full',
  });
  const watch = <F extends (...args: never[]) => unknown>(fn: F, options: ObserveOptions = {}): F =>
    observe(fn, { tracer, ...options }) as F;
  const last = () => log.records().at(-1) ?? {};
  return { log, tracer, watch, last };
}

describe('options of one call', () => {
  it('come from its arguments and win over those of the function', () => {
    const { watch, last } = setUp();
    const ask = watch((tenant: string) => tenant.length, {
      type: 'chain',
      labels: { tier: 1 },
      perCall: ([tenant]) =>
        tenant === 'acme' ? { name: 'ask acme', labels: { tenant: 'acme' }, capture: 'metadata' } : undefined,
    });
    expect(ask('acme')).toBe(4);
    expect(last()).toMatchObject({ 'span.name': 'ask acme', 'span.type': 'chain', 'labels.tenant': 'acme' });
    expect(last()).not.toHaveProperty('spanline.input');
    ask('other');
    expect(last()).toMatchObject({ 'labels.tier': 1, 'spanline.input': '"other"' });
  });

  it('that throw are counted and change nothing', () => {
    const { watch, last, tracer } = setUp();
    const perCall = (): never => {
      throw new Error('broken');
    };
    expect(watch((value: number) => value, { name: 'f', perCall })(7)).toBe(7);
    expect(last()).toMatchObject({ 'span.name': 'f', 'spanline.output': '7' });
    expect(tracer.stats().internalErrors).toBe(1);
  });
});

describe('observe', () => {
  it('keeps name, length, this, properties, types and the result of a sync function', () => {
    const { watch, last } = setUp();
    const fn = Object.assign(
      function add(this: { base: number }, a: number, b: number): number {
        return this.base + a + b;
      },
      { extra: 1 },
    );
    const watched = watch(fn as never) as typeof fn;
    expectTypeOf(watched).toEqualTypeOf(fn);
    expect([watched.name, watched.length, watched.extra]).toEqual(['add', 2, 1]);
    expect(watched.call({ base: 1 }, 2, 3)).toBe(6);
    expect(last()).toMatchObject({
      'span.name': 'add',
      'span.type': 'task',
      'spanline.input': '[2,3]',
      'spanline.output': '6',
    });
  });

  it('rethrows the very error, sync and async', async () => {
    const { watch, last } = setUp();
    const error = new Error('boom');
    const fail = (): never => {
      throw error;
    };
    expect(() => watch(fail)()).toThrow(error);
    expect(last()).toMatchObject({ 'span.status': 'error', 'error.message': 'boom' });
    await expect(watch(async () => fail())()).rejects.toBe(error);
    expect(last()).toMatchObject({ 'span.status': 'error' });
  });

  it('nests what is called inside, also in parallel', async () => {
    const { log, watch } = setUp();
    const leaf = watch(async function leaf(n: number) {
      await new Promise((resolve) => setImmediate(resolve));
      return n;
    });
    const root = watch(async function root() {
      return Promise.all([leaf(1), leaf(2)]);
    });
    expect(await root()).toEqual([1, 2]);
    expect(tree(log.lines())).toBe(['task root', '  task leaf', '  task leaf'].join('\n'));
  });

  it('ends the span of a generator when it is done, left, or throws', () => {
    const { watch, last } = setUp();
    function* numbers(): Generator<number, string> {
      yield 1;
      yield 2;
      return 'end';
    }
    const generator = watch(numbers)();
    expect(Object.prototype.toString.call(generator)).toBe('[object Generator]');
    expect(last()).toEqual({});
    expect([...generator]).toEqual([1, 2]);
    expect(last()).toMatchObject({
      'span.status': 'ok',
      'spanline.stream.chunks': 2,
      'spanline.output': '[1,2,"end"]',
    });
    for (const _ of watch(numbers)()) break;
    expect(last()).toMatchObject({ 'span.status': 'abandoned', 'spanline.output': '[1]' });
    const error = new Error('mid');
    const failing = watch(function* failing() {
      yield 1;
      throw error;
    });
    expect(() => [...failing()]).toThrow(error);
    expect(last()).toMatchObject({ 'span.status': 'error', 'spanline.stream.chunks': 1 });
  });

  it('joins the text of an async generator and runs its body inside the span', async () => {
    const { watch, last } = setUp();
    const inside: unknown[] = [];
    const words = watch(async function* words() {
      inside.push(currentSpan()?.name);
      yield 'Hello ';
      await Promise.resolve();
      inside.push(currentSpan()?.name);
      yield 'world';
    });
    let text = '';
    for await (const word of words()) {
      expect(currentSpan()).toBeUndefined();
      text += word;
    }
    expect(text).toBe('Hello world');
    expect(inside).toEqual(['words', 'words']);
    expect(last()).toMatchObject({ 'spanline.output': '"Hello world"', 'span.status': 'ok' });
  });

  it('ends an async generator that its consumer breaks off as abandoned, and passes throw() on', async () => {
    const { watch, last } = setUp();
    let cleaned = 0;
    const source = watch(async function* source() {
      try {
        yield 1;
        yield 2;
      } finally {
        cleaned++;
      }
    });
    for await (const _ of source()) break;
    expect(last()).toMatchObject({ 'span.status': 'abandoned' });
    const generator = source();
    await generator.next();
    const error = new Error('thrown in');
    await expect(generator.throw(error)).rejects.toBe(error);
    expect(last()).toMatchObject({ 'span.status': 'error' });
    expect(cleaned).toBe(2);
  });

  it('watches a ReadableStream without reading ahead', async () => {
    const { watch, last } = setUp();
    let pulled = 0;
    const source = watch(
      () =>
        new ReadableStream<string>(
          {
            pull(controller) {
              pulled++;
              if (pulled > 3) controller.close();
              else controller.enqueue(`c${pulled}`);
            },
          },
          { highWaterMark: 0 },
        ),
    );
    const stream = source();
    expect(stream).toBeInstanceOf(ReadableStream);
    expect(pulled).toBe(0);
    const reader = stream.getReader();
    expect((await reader.read()).value).toBe('c1');
    expect(pulled).toBe(1);
    await reader.cancel('enough');
    expect(last()).toMatchObject({ 'span.status': 'abandoned', 'spanline.output': '"c1"' });
    pulled = 0;
    const chunks: string[] = [];
    for await (const chunk of source()) chunks.push(chunk);
    expect(chunks).toEqual(['c1', 'c2', 'c3']);
    expect(last()).toMatchObject({ 'span.status': 'ok', 'spanline.stream.chunks': 3 });
  });

  it('keeps a byte stream a byte stream', async () => {
    const { watch, last } = setUp();
    const stream = watch(
      () =>
        new ReadableStream({
          type: 'bytes',
          start(controller) {
            controller.enqueue(new Uint8Array([1, 2, 3]));
            controller.close();
          },
        }),
    )();
    const reader = stream.getReader({ mode: 'byob' });
    const first = await reader.read(new Uint8Array(8));
    expect([...(first.value ?? [])]).toEqual([1, 2, 3]);
    expect((await reader.read(new Uint8Array(8))).done).toBe(true);
    expect(last()).toMatchObject({ 'span.status': 'ok' });
  });

  it('leaves an iterable of a class of its own the same object', async () => {
    const { watch, last } = setUp();
    class SdkStream {
      #secret = ['a', 'b'];
      controller = new AbortController();
      async *[Symbol.asyncIterator](): AsyncGenerator<string> {
        yield* this.#secret;
      }
    }
    const source = new SdkStream();
    const stream = await watch(async () => source)();
    expect(stream).toBe(source);
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).toBe('ab');
    expect(last()).toMatchObject({ 'span.status': 'ok', 'spanline.output': '"ab"' });
  });

  it('follows the iterator of an iterable that is collected while it is read', async () => {
    const { watch, last } = setUp();
    class Numbers {
      readonly iterate = (): AsyncIterator<number> => {
        let value = 0;
        return { next: () => Promise.resolve(value === 3 ? { done: true, value } : { done: false, value: value++ }) };
      };
      [Symbol.asyncIterator](): AsyncIterator<number> {
        const { iterate } = this;
        return iterate();
      }
    }
    let isGone = false;
    const collected = new FinalizationRegistry<string>(() => void (isGone = true));
    const open = async (): Promise<AsyncIterator<number>> => {
      const stream = await watch(async () => new Numbers(), { name: 'numbers' })();
      collected.register(stream, '');
      return stream[Symbol.asyncIterator]();
    };
    const iterator = await open();
    await iterator.next();
    await collectUntil(() => isGone);
    await new Promise((resolve) => setImmediate(resolve));
    expect(last()).toEqual({});
    for (let step = await iterator.next(); step.done !== true;) step = await iterator.next();
    expect(last()).toMatchObject({ 'span.status': 'ok', 'spanline.stream.chunks': 3 });
  });

  it('listens to a Node stream without consuming it', async () => {
    const { watch, last } = setUp();
    const chunks: unknown[] = [];
    const stream = watch(() => Readable.from(['x', 'y']))();
    for await (const chunk of stream) chunks.push(chunk);
    await new Promise((resolve) => setImmediate(resolve));
    expect(chunks).toEqual(['x', 'y']);
    expect(last()).toMatchObject({ 'span.status': 'ok' });
  });

  it('keeps a thenable with methods of its own, and its lazy start', async () => {
    const { watch, last } = setUp();
    let started = 0;
    class ApiPromise {
      asResponse(): string {
        return 'raw';
      }
      // oxlint-disable-next-line unicorn/no-thenable -- what this test is about
      then<R>(resolve: (value: string) => R): Promise<R> {
        started++;
        return Promise.resolve('value').then(resolve);
      }
    }
    const result = watch(() => new ApiPromise())();
    expect(result.asResponse()).toBe('raw');
    expect(started).toBe(0);
    expect(await result).toBe('value');
    expect(started).toBe(1);
    expect(last()).toMatchObject({ 'span.status': 'ok', 'spanline.output': '"value"' });
  });

  it('decorates methods, in both syntaxes', () => {
    const { tracer, log } = setUp();
    class Service {
      prefix = 'hi ';
      greet(name: string): string {
        return this.prefix + name;
      }
    }
    const modern = observe({ tracer, type: 'chain' })(Service.prototype.greet, { kind: 'method', name: 'greet' });
    expect(modern.call(new Service(), 'a')).toBe('hi a');
    const legacy = observe({ tracer, name: 'legacy' })(Service.prototype, 'greet', {
      value: Service.prototype.greet,
      configurable: true,
    });
    Object.defineProperty(Service.prototype, 'greet', legacy);
    expect(new Service().greet('b')).toBe('hi b');
    expect(log.records().map((record) => record['span.name'])).toEqual(['greet', 'legacy']);
  });

  it('keeps generic and overloaded types, and gives mappers those of the function', () => {
    const { tracer } = setUp();
    const same = observe(<T>(value: T): T => value, { tracer, name: 'same' });
    expectTypeOf(same(5 as const)).toEqualTypeOf<5>();
    function half(value: string): string;
    function half(value: number): number;
    function half(value: string | number): string | number {
      return typeof value === 'string' ? value.slice(0, value.length / 2) : value / 2;
    }
    const halved = observe(half, { tracer });
    expectTypeOf(halved('ab')).toEqualTypeOf<string>();
    expectTypeOf(halved(2)).toEqualTypeOf<number>();
    observe(async (tenant: string, limit: number) => ({ tenant, limit }), {
      perCall: ([tenant, limit]) => ({ labels: { tenant, limit } }),
      captureInput: ([tenant]) => tenant.toUpperCase(),
      captureOutput: ({ limit }) => limit.toFixed(),
    });
    observe(
      async function* () {
        yield 1;
      },
      { captureOutput: (gathered) => (expectTypeOf(gathered).toBeUnknown(), gathered) },
    );
  });

  it('maps, hides and names by its options', () => {
    const { watch, last } = setUp();
    watch((a: { keep: number; drop: string }) => a.keep, {
      name: 'mapped',
      runType: 'retriever',
      captureInput: ([first]) => (first as { keep: number }).keep,
      captureOutput: false,
      labels: { team: 'x' },
    })({ keep: 1, drop: 'secret' });
    expect(last()).toMatchObject({
      'span.name': 'mapped',
      'span.type': 'retriever',
      'labels.team': 'x',
      'spanline.input': '1',
    });
    expect(last()).not.toHaveProperty('spanline.output');
  });

  it('goes on when a mapper throws', () => {
    const { watch, tracer, last } = setUp();
    const mapper = (): never => {
      throw new Error('mapper');
    };
    expect(watch((n: number) => n + 1, { captureInput: mapper, captureOutput: mapper })(1)).toBe(2);
    expect(last()).toMatchObject({ 'span.status': 'ok' });
    expect(tracer.stats().internalErrors).toBe(2);
  });

  it('refuses what is wrong at once, and is known as traceable', () => {
    expect(() => observe(() => 1, { type: 'model' as never })).toThrow(/observe.type/);
    expect(() => observe(() => 1, { kind: 'llm' } as never)).toThrow(/unknown option "observe.kind"/);
    expect(() => observe(() => 1, { run_type: 'chain' } as never)).toThrow(
      /unknown option "observe.run_type"; did you mean "observe.runType"/,
    );
    expect(() => observe(() => 1, 'chain' as never)).toThrow(/observe must be an object/);
    expect(() => observe(undefined as never)).toThrow(/observe\(fn\) must be a function/);
    expect(() => observe(undefined as never, { type: 'chain' })).toThrow(/observe\(fn\) must be a function/);
    const namedFirst: readonly unknown[] = ['lookup', () => 1, { type: 'tool' }];
    for (const count of [1, 2, 3]) {
      const given = namedFirst.slice(0, count) as Parameters<typeof observe>;
      expect(() => observe(...given)).toThrow(/observe\(fn\) must be a function, got "lookup"/);
    }
    expect(traceable).toBe(observe);
  });
});
