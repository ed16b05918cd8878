import { describe, expect, it } from 'vitest';
import { createTracer } from '../../src/index.ts';
import { runInSpan } from '../../src/internal.ts';
import { memoryLog } from '../../src/testing.ts';

function watched(source: ReadableStream<string>) {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
  const span = tracer.startSpan({ name: 'stream', type: 'chain' });
  const stream = runInSpan(tracer, span, () => source, {
    keepsReadables: true,
    output: (value) => span.output(value),
  });
  expect(stream).toBe(source);
  const ended = () => log.records().map((record) => [record['span.status'], record['spanline.output']]);
  return { stream, ended };
}

function words(fails = false): ReadableStream<string> {
  const left = ['one ', 'two'];
  return new ReadableStream({
    pull(controller) {
      const word = left.shift();
      if (word !== undefined) controller.enqueue(word);
      else if (fails) controller.error(new RangeError('cut'));
      else controller.close();
    },
  });
}

const collect = async (stream: AsyncIterable<string>): Promise<string[]> => {
  const all: string[] = [];
  for await (const word of stream) all.push(word);
  return all;
};

const WHOLE = [['ok', '"one two"']];

describe('a ReadableStream that is kept', () => {
  it('is the same object and ends the span with its last chunk, however it is read', async () => {
    const iterated = watched(words());
    expect(await collect(iterated.stream)).toEqual(['one ', 'two']);
    expect(iterated.ended()).toEqual(WHOLE);

    const byReader = watched(words());
    const reader = byReader.stream.getReader();
    while (!(await reader.read()).done) expect(byReader.ended()).toEqual([]);
    expect(byReader.ended()).toEqual(WHOLE);
  });

  it('passes through and into others', async () => {
    const through = watched(words());
    const upper = new TransformStream<string, string>({
      transform: (word, controller) => controller.enqueue(word.toUpperCase()),
    });
    expect(await collect(through.stream.pipeThrough(upper))).toEqual(['ONE ', 'TWO']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(through.ended()).toEqual([['ok', undefined]]);

    const into = watched(words());
    const written: string[] = [];
    await into.stream.pipeTo(new WritableStream({ write: (word) => void written.push(word) }));
    expect(written).toEqual(['one ', 'two']);
    expect(into.ended()).toEqual([['ok', undefined]]);
  });

  it('that is split ends with either half', async () => {
    const split = watched(words());
    const [first, second] = split.stream.tee();
    void second.cancel();
    expect(split.ended()).toEqual([]);
    expect(await collect(first)).toEqual(['one ', 'two']);
    expect(split.ended()).toEqual(WHOLE);
  });

  it('that fails gives its error and fails the span', async () => {
    const failing = watched(words(true));
    await expect(collect(failing.stream)).rejects.toThrow(RangeError);
    expect(failing.ended()).toEqual([['error', '"one two"']]);

    const piped = watched(words(true));
    await expect(piped.stream.pipeTo(new WritableStream())).rejects.toThrow(RangeError);
    expect(piped.ended()[0]?.[0]).toBe('error');
  });

  it('that is stopped midway is abandoned: break, cancel of the reader, cancel of the stream', async () => {
    const broken = watched(words());
    for await (const _ of broken.stream) break;
    expect(broken.ended()).toEqual([['abandoned', '"one "']]);

    const cancelled = watched(words());
    await cancelled.stream.getReader().cancel();
    expect(cancelled.ended()[0]?.[0]).toBe('abandoned');

    const dropped = watched(words());
    await dropped.stream.cancel();
    expect(dropped.ended()[0]?.[0]).toBe('abandoned');
  });

  it('that is locked says so as it always did', () => {
    const { stream } = watched(words());
    stream.getReader();
    expect(() => stream.getReader()).toThrow(TypeError);
    expect(() => stream.pipeThrough(new TransformStream())).toThrow(TypeError);
  });
});
