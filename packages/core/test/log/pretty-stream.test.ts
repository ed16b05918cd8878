import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createPrettyStream, type PrettyStreamOptions } from '@spanline/pretty';
import { RAG_REQUEST, span } from '../../../../test/support/printed-spans.ts';
import { createLogger, createTracer, toDatadog, toEcs } from '../../src/index.ts';

function setUp(options: Omit<PrettyStreamOptions, 'output'> = {}) {
  let printed = '';
  const output = { write: (text: string): void => void (printed += text) };
  const stream = createPrettyStream({ output, width: 100, color: false, unicode: true, ...options });
  return {
    stream,
    write: (...records: (object | string)[]): void => {
      for (const record of records) stream.write(typeof record === 'string' ? record : `${JSON.stringify(record)}\n`);
    },
    /** What was printed since the last call. */
    printed: (): string => {
      const text = printed;
      printed = '';
      return text;
    },
    output,
  };
}

const names = (text: string): string[] =>
  [...text.matchAll(/^[ ✗!] {1}(?:[│├└─ ]*)(\w+) +(?:task|http)/gm)].map((match) => match[1] ?? '');
const otherTrace = (index: number): string => index.toString(16).padStart(32, '0');

describe('the pretty stream', () => {
  it('prints a trace when its root has ended, not before', () => {
    const { write, printed } = setUp();
    write(...RAG_REQUEST.slice(0, -1));
    expect(printed()).toBe('');
    write(...RAG_REQUEST.slice(-1));
    const text = printed();
    expect(text.match(/^.*RAG Request/gm)).toHaveLength(1);
    expect(text).toContain('└─ postprocess');
    expect(text.endsWith('trace 4bf92f3577b34da6a3ce929d0e0e4736\n\n')).toBe(true);
  });

  it.each([
    ['ecs', toEcs],
    ['datadog', toDatadog],
  ])('reads the %s profile', (_, convert) => {
    const canonical = setUp();
    canonical.write(...RAG_REQUEST);
    const other = setUp();
    other.write(...RAG_REQUEST.map((record) => convert(record)));
    expect(other.printed()).toBe(canonical.printed());
  });

  it('keeps interleaved traces apart', () => {
    const { write, printed } = setUp();
    const other = otherTrace(1);
    write(span({ id: 'a1', parent: 'a' }), span({ id: 'b1', parent: 'b', trace_id: other }));
    write(span({ id: 'b', trace_id: other }));
    expect(names(printed())).toEqual(['b', 'b1']);
    write(span({ id: 'a' }));
    expect(names(printed())).toEqual(['a', 'a1']);
  });

  it('prints two local roots of one trace each with their own spans', () => {
    const { write, printed } = setUp();
    write(span({ id: 'o1', parent: 'outer' }), span({ id: 'i1', parent: 'inner' }));
    write(span({ id: 'inner', parent: 'o1', 'spanline.parent.remote': true }));
    expect(names(printed())).toEqual(['inner', 'i1']);
    write(span({ id: 'outer' }));
    expect(names(printed())).toEqual(['outer', 'o1']);
  });

  it('takes spans along whose parent was never logged, by their path', () => {
    const { write, printed } = setUp();
    write(span({ id: 'deep', parent: 'filtered', 'span.path': 'root > filtered > deep' }));
    write(span({ id: 'foreign', parent: 'x', 'span.path': 'other > x > foreign' }));
    write(span({ id: 'root', 'span.path': 'root', 'spanline.rollup.spans': 3, 'spanline.rollup.open': 0 }));
    const text = printed();
    expect(names(text)).toEqual(['root', 'deep']);
    expect(text).toContain('(parent not in the log)');
  });

  it('prints spans that end after their root with what was waiting for them', () => {
    const { write, printed, stream } = setUp();
    write(span({ id: 'leaf', parent: 'late' }));
    write(span({ id: 'root', 'spanline.rollup.spans': 3, 'spanline.rollup.open': 1 }));
    expect(names(printed())).toEqual(['root']);
    write(span({ id: 'late', parent: 'root', 'spanline.late': true }));
    const text = printed();
    expect(text).toContain('(ended after its trace was printed)');
    expect(names(text)).toEqual(['late', 'leaf']);
    stream.flush();
    expect(printed()).toBe('');
  });

  it('recognises late spans by their printed parent as well', () => {
    const { write, printed } = setUp();
    write(span({ id: 'root' }), span({ id: 'child', parent: 'root' }));
    expect(names(printed())).toEqual(['root', 'child']);
  });

  it('lets a tracer that writes to it shut down', async () => {
    const written: string[] = [];
    const output = { write: (text: string) => void written.push(text) };
    const tracer = createTracer({
      logger: createLogger({ pretty: true }, output),
      service: { name: 'test' },
      statsIntervalSeconds: 0,
    });
    tracer.withSpan('step', () => tracer.logger.info('inside'));
    await tracer.shutdown();
    expect(written.join('')).toContain('step');
  });

  it('prints the trees of a pino of one’s own', () => {
    const { stream, printed } = setUp();
    const tracer = createTracer({ logger: pino({}, stream), service: { name: 'test' }, statsIntervalSeconds: 0 });
    tracer.withSpan({ name: 'answer', type: 'chain' }, () =>
      tracer.withSpan('step', () => tracer.logger.warn('inside')),
    );
    const text = printed();
    expect(text).toMatch(/WARN +inside/);
    expect(text).toMatch(/answer +chain.+\n.+step +task/);
  });

  it('shows the path of a request that matched no route, and of no other', () => {
    const { write, printed } = setUp();
    const http = { 'span.type': 'http', 'span.name': 'GET', 'url.path': '/favicon.ico' };
    write({ ...span({ id: 'a' }), ...http });
    write({ ...span({ id: 'b' }), ...http, 'span.name': 'GET /users/:id', 'http.route': '/users/:id' });
    const text = printed();
    expect(text).toContain('GET /favicon.ico');
    expect(text).toMatch(/GET \/users\/:id +http/);
  });

  it('prints unfinished traces when it is flushed', () => {
    const { write, printed, stream } = setUp();
    write(span({ id: 'a', parent: 'never' }), span({ id: 'b', parent: 'a' }));
    expect(printed()).toBe('');
    stream.flush();
    expect(names(printed())).toEqual(['a', 'b']);
    stream.flush();
    expect(printed()).toBe('');
  });

  it('holds no more unfinished traces and spans than it may', () => {
    const { write, printed, stream } = setUp({ maxTraces: 10, maxSpans: 25 });
    let open = 0;
    for (let index = 0; index < 10_000; index++) {
      write(span({ id: 'a', parent: 'never', trace_id: otherTrace(index) }));
      open += 1 - names(printed()).length;
      expect(open).toBeLessThanOrEqual(10);
    }
    for (let index = 0; index < 1000; index++) {
      write(span({ id: `s${index}`, parent: `p${index}` }));
      open += 1 - names(printed()).length;
      expect(open).toBeLessThanOrEqual(25);
    }
    stream.flush();
    expect(names(printed())).toHaveLength(open);
  });

  it('ignores lines of a span that are not its end', () => {
    const { write, printed, stream } = setUp();
    write(span({ id: 'a', 'event.name': 'span.start' }), span({ id: 'a', 'event.name': 'span.content' }));
    stream.flush();
    expect(printed()).toBe('');
  });

  it('takes several lines in one write', () => {
    const { write, printed } = setUp();
    write(`${JSON.stringify(span({ id: 'b', parent: 'a' }))}\n\n${JSON.stringify(span({ id: 'a' }))}\n`);
    expect(names(printed())).toEqual(['a', 'b']);
  });
});

describe('other lines', () => {
  const line = (...records: (object | string)[]): string => {
    const { write, printed } = setUp();
    write(...records);
    return printed();
  };

  it('of the application are printed at once, compact', () => {
    const shown = line({
      '@timestamp': '2026-11-23T09:12:34.001Z',
      level: 'warn',
      message: 'cache cold',
      'service.name': 'rag-api',
      'process.pid': 1,
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      'http.request.id': 'found-by-the-trace',
      attempt: 2,
      reason: 'first start',
      user: { id: 7 },
    });
    expect(shown).toBe('09:12:34.001 WARN  cache cold attempt=2 reason="first start" user.id=7 4bf92f35\n');
  });

  it('of any pino are read', () => {
    const shown = line({ level: 30, time: Date.parse('2026-11-23T09:12:34.001Z'), pid: 1, hostname: 'h', msg: 'up' });
    expect(shown).toBe('09:12:34.001 INFO  up\n');
  });

  it('with an error show where it arose', () => {
    const shown = line({
      level: 'error',
      message: 'failed',
      'error.type': 'TypeError',
      'error.message': 'x is not a function',
      'error.stack': 'TypeError: x\n    at node:fs:1\n    at load (/app/src/load.ts:3:7)',
    });
    expect(shown).toBe(
      'ERROR failed error.type=TypeError error.message="x is not a function"\n  └─ at load (/app/src/load.ts:3:7)\n',
    );
  });

  it('that are scores and alerts say so', () => {
    const event = { '@timestamp': '2026-11-23T09:12:34.001Z', 'spanline.schema': '1.0' };
    const score = { ...event, 'event.name': 'gen_ai.evaluation.result', 'gen_ai.evaluation.name': 'faithful' };
    expect(line({ ...score, level: 'info', 'gen_ai.evaluation.score.value': 0.92 })).toBe(
      '09:12:34.001 INFO  score faithful 0.92\n',
    );
    expect(line({ ...score, 'spanline.evaluation.label': 'yes', 'spanline.evaluation.source': 'user' })).toBe(
      '09:12:34.001 INFO  score faithful yes (user)\n',
    );
    expect(line({ ...event, 'event.name': 'alert', level: 'error', message: 'p95 over 3 s' })).toBe(
      '09:12:34.001 ALERT p95 over 3 s\n',
    );
  });

  it('with statistics show only a new loss', () => {
    const stats = { 'event.name': 'spanline.stats', 'spanline.schema': '1.0', 'spanline.stats.emitted': 7 };
    const { write, printed } = setUp();
    write(stats, { ...stats, 'spanline.stats.sampled_out': 3 });
    expect(printed()).toBe('');
    const loss = { ...stats, 'spanline.stats.filtered': 2, 'spanline.stats.unfinished': 1 };
    write(loss, loss);
    expect(printed()).toBe('WARN  spanline: 2 lines held back by the log level, 1 spans never ended\n');
  });

  it('that are no JSON are passed through without what could steer the terminal', () => {
    expect(line('Server \u001b[31mlistening\u001b[0m on :3000\u0007', '[1,2]', '{"broken":')).toBe(
      'Server listening on :3000\n[1,2]\n{"broken":\n',
    );
  });

  it('cannot smuggle escape sequences through any field', () => {
    const evil = '\u001b]52;c;x\u0007\u009b2J\r\u202e';
    const shown = line({
      level: evil,
      message: evil,
      '@timestamp': evil,
      trace_id: evil,
      [evil]: evil,
      deep: { [evil]: [evil] },
    });
    expect(shown).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    expect(shown.match(/\n/g)).toHaveLength(1);
  });

  it('stand between traces with a blank line', () => {
    const { write, printed } = setUp();
    write({ level: 'info', message: 'one' }, span({ id: 'a' }), { level: 'info', message: 'two' });
    expect(printed()).toMatch(/^INFO {2}one\n\n {2}a [^]*\n\nINFO {2}two\n$/);
  });
});

describe('an output that fails', () => {
  it('does not reach the application', () => {
    const stream = createPrettyStream({
      output: {
        write: () => {
          throw new Error('EPIPE');
        },
      },
    });
    expect(() => {
      stream.write(`${JSON.stringify(span({ id: 'a' }))}\n`);
      stream.write(undefined as unknown as string);
      stream.write(Symbol('line') as unknown as string);
      stream.flush();
    }).not.toThrow();
  });
});

describe('a pretty logger', () => {
  it('prints what a tracer writes, each line at once when the printer has loaded', async () => {
    const { output, printed } = setUp();
    const logger = createLogger({ pretty: true }, output);
    const tracer = createTracer({ service: { name: 'test' }, logger, statsIntervalSeconds: 0 });
    await tracer.flush();
    const root = tracer.startSpan({ name: 'answer', type: 'chain', parent: null });
    const step = tracer.startSpan({ name: 'search', type: 'retriever', parent: root });
    logger.info({ port: 3000 }, 'hello');
    expect(printed()).toMatch(/^\S+ INFO {2}hello port=3000\n$/);
    step.end();
    root.end();
    expect(printed()).toMatch(/^\n {2}answer .*\n {2}.. search /);
  });
});
