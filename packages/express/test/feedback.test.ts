import { afterEach, describe, expect, it } from 'vitest';
import { SpanlineError } from '@spanline/core';
import { jsonBody } from '@spanline/http';
import { feedbackRoute, spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const JSON_TYPE = { 'content-type': 'application/json' };

describe.each(MAJORS)('feedback through %s', (_name, express) => {
  describe.each(['with', 'without'])('%s a body parser', (parser) => {
    let harness: Harness;

    afterEach(() => harness.close());

    async function start(options: Partial<Parameters<typeof feedbackRoute>[0]> = {}): Promise<void> {
      harness = new Harness(express);
      const { app, tracer } = harness;
      app.use(spanlineExpress({ tracer }));
      if (parser === 'with') app.use(express.json());
      app.post('/feedback', feedbackRoute({ tracer, perAddress: 1000, ...options }));
      await harness.listen();
    }

    const give = (body: unknown) => harness.send('POST', '/feedback', JSON_TYPE, JSON.stringify(body));
    const scores = () => harness.log.lines().filter((line) => line['event.name'] === 'gen_ai.evaluation.result');

    it('is a score line with the ids that were given, never those of its own request', async () => {
      await start();
      const answers = [
        await give({ traceId: TRACE, spanId: SPAN, name: 'thumbs', value: true, comment: 'helped me' }),
        await give({ requestId: 'req-7', name: 'stars', value: 4 }),
        await give({ traceId: TRACE, requestId: 'req-7', name: 'kind', value: 'off topic' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
      const [thumbs, stars, kind] = scores();
      expect(thumbs).toMatchObject({
        trace_id: TRACE,
        span_id: SPAN,
        'gen_ai.evaluation.name': 'thumbs',
        'gen_ai.evaluation.score.value': 1,
        'gen_ai.evaluation.explanation': 'helped me',
        'spanline.evaluation.source': 'user',
      });
      expect(thumbs?.['http.request.id']).toBeUndefined();
      expect(stars).toMatchObject({ 'http.request.id': 'req-7', 'gen_ai.evaluation.score.value': 4 });
      expect(stars?.['trace_id']).toBeUndefined();
      expect(kind).toMatchObject({
        trace_id: TRACE,
        'http.request.id': 'req-7',
        'spanline.evaluation.label': 'off topic',
      });
    });

    it.each([
      [{ name: 'thumbs', value: 1 }, 'traceId or requestId'],
      [{ traceId: 'x', name: 'thumbs', value: 1 }, 'traceId'],
      [{ traceId: TRACE.toUpperCase(), name: 'thumbs', value: 1 }, 'traceId'],
      [{ traceId: TRACE, spanId: 7, name: 'thumbs', value: 1 }, 'spanId'],
      [{ requestId: 'r', spanId: SPAN, name: 'thumbs', value: 1 }, 'traceId'],
      [{ requestId: 'sk-proj-abcdefghijklmnop', name: 'thumbs', value: 1 }, 'requestId'],
      [{ requestId: 'a\nb', name: 'thumbs', value: 1 }, 'requestId'],
      [{ traceId: TRACE, name: 'thumbs\u001B[31m', value: 1 }, 'name'],
      [{ traceId: TRACE, name: 'thumbs' }, 'value'],
      [{ traceId: TRACE, name: 'thumbs', value: {} }, 'value'],
      [{ traceId: TRACE, name: 'thumbs', value: 'x'.repeat(129) }, 'value'],
      [{ traceId: TRACE, name: 'thumbs', value: 1, comment: 7 }, 'comment'],
      [{ traceId: TRACE, name: 'thumbs', value: 1, comment: 'x'.repeat(4001) }, 'comment'],
      [{ traceId: TRACE, name: 'thumbs', value: 1, score: 2 }, 'only'],
      [[], 'object'],
      [{}, 'missing'],
    ])('that is wrong (%j) gets a 400 that says why, and writes nothing', async (body, why) => {
      await start();
      const { status, body: text } = await give(body);
      expect(status).toBe(400);
      expect((JSON.parse(text) as { error: string }).error).toContain(why);
      expect(scores()).toEqual([]);
    });

    it('too large or no JSON is refused', async () => {
      await start();
      expect((await give({ traceId: TRACE, name: 'n', value: 1, comment: 'x'.repeat(20_000) })).status).toBe(413);
      expect((await harness.send('POST', '/feedback', JSON_TYPE, '{"traceId":')).status).toBe(400);
      expect((await harness.send('POST', '/feedback', JSON_TYPE, '{"__proto__":{"a":1}}')).status).toBe(400);
      expect((await harness.send('POST', '/feedback')).status).toBe(400);
      expect(scores()).toEqual([]);
    });

    it('is limited by trace and by address', async () => {
      await start({ perTrace: 2, perAddress: 4 });
      const one = { traceId: TRACE, name: 'thumbs', value: 1 };
      const statuses = [];
      for (const body of [one, one, one, { ...one, traceId: TRACE.replace('4', '5') }, one]) {
        statuses.push(await give(body));
      }
      expect(statuses.map(({ status }) => status)).toEqual([204, 204, 429, 204, 429]);
      expect(Number(statuses[2]?.headers['retry-after'])).toBeGreaterThan(0);
      expect(scores()).toHaveLength(3);
    });
  });
});

describe('a body', () => {
  it('that comes too slowly is cut off', async () => {
    const harness = new Harness(MAJORS[1]?.[1] as never);
    const read = new Promise<unknown>((resolve) => {
      harness.app.post('/', (req) => void jsonBody(req, 100, 20).catch(resolve));
    });
    await harness.listen();
    const answer = await harness.exchange('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{"name":');
    expect(answer).toBe('');
    expect(await read).toBeInstanceOf(Error);
    await harness.close();
  });
});

describe('its options', () => {
  it.each([[{ tracer: {} }], [{ perAddress: 0 }], [{ perTrace: 1.5 }]])('are checked: %j', (options) => {
    const { tracer } = new Harness(MAJORS[1]?.[1] as never);
    expect(() => feedbackRoute({ tracer, ...options } as never)).toThrow(SpanlineError);
  });
});
