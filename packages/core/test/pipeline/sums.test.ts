import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTracer, llmSpan, type SpanRecord, type Tracer, validate } from '../../src/index.ts';
import { type MemoryLog, memoryLog, tree } from '../../src/testing.ts';

let log: MemoryLog;
let tracer: Tracer;

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
});

/** A model call with a usage. */
interface Call {
  readonly provider?: string;
  readonly model: string;
  readonly usage: object | undefined;
  readonly attributes?: object;
}

const ask = ({ model, provider, usage, attributes }: Call): string =>
  llmSpan({ tracer, model, provider, attributes, messages: 'q', answer: () => ({ usage }) }, () => 'a');

const OPENAI = { provider: 'openai', model: 'gpt-5-mini' };
const EXACT: Call = {
  ...OPENAI,
  usage: { prompt_tokens: 1000, completion_tokens: 100, prompt_tokens_details: { cached_tokens: 600 } },
};
const REPORTED: Call = { ...OPENAI, usage: { prompt_tokens: 10, completion_tokens: 1, cost: 0.5 } };
const FREE: Call = {
  provider: 'ollama',
  model: 'llama3.2',
  usage: { prompt_eval_count: 10, eval_count: 5 },
  attributes: { 'server.address': '127.0.0.1', 'server.port': 11434 },
};
const CACHED: Call = { ...OPENAI, usage: undefined, attributes: { 'spanline.cache.hit': true } };
const LEAST: Call = { ...OPENAI, usage: { prompt_tokens: 100, completion_tokens: 10, hologram_tokens: 5 } };
const UNKNOWN: Call = { provider: 'openai', model: 'no-such-model', usage: { prompt_tokens: 7, completion_tokens: 3 } };
const UNCOUNTED: Call = { ...OPENAI, usage: undefined };
const ABOUT: Call = {
  ...OPENAI,
  usage: { service_tier: 'no-such-tier', prompt_tokens: 100, completion_tokens: 10 },
};
const SEARCHES: Call = {
  provider: 'anthropic',
  model: 'claude-sonnet-4-6',
  usage: {
    input_tokens: 10,
    output_tokens: 90,
    cache_creation_input_tokens: 40,
    output_tokens_details: { thinking_tokens: 50 },
    server_tool_use: { web_search_requests: 3 },
  },
};

function trace(calls: readonly Call[]): { root: SpanRecord; parts: SpanRecord[] } {
  log.clear();
  tracer.withSpan({ name: 'answer', type: 'chain' }, () => calls.forEach(ask));
  const records = log.records();
  for (const record of records) expect(validate(record)).toEqual({ valid: true });
  const root = records.at(-1);
  if (root === undefined) throw new Error('no root');
  return { root, parts: records.slice(0, -1) };
}

const sum = (parts: readonly SpanRecord[], key: keyof SpanRecord): number =>
  parts.reduce((total, part) => total + Number(part[key] ?? 0), 0);

describe('the line of a call', () => {
  const line = (call: Call): SpanRecord => trace([call]).parts[0] ?? trace([call]).root;

  it('of an exact cost has neither a reason nor a mark', () => {
    for (const call of [EXACT, REPORTED, CACHED, SEARCHES]) {
      expect(line(call)).toHaveProperty(['spanline.cost.usd']);
      expect(line(call)).not.toHaveProperty(['spanline.cost.exact']);
      expect(line(call)).not.toHaveProperty(['spanline.cost.reason']);
      expect(line(call)).not.toHaveProperty(['spanline.usage.unknown']);
    }
  });

  it('of a cost that is a lower bound says why, and names the numbers', () => {
    expect(line(LEAST)).toMatchObject({
      'spanline.cost.exact': false,
      'spanline.cost.reason': 'unknown_usage',
      'spanline.usage.unknown': ['hologram_tokens'],
    });
  });

  it('of a tier that has no price says so', () => {
    expect(line(ABOUT)).toMatchObject({
      'spanline.cost.exact': false,
      'spanline.cost.reason': 'unpriced_condition',
      'spanline.cost.tier': 'no-such-tier',
    });
  });

  it.each([
    [UNKNOWN, 'unknown_model'],
    [UNCOUNTED, 'no_usage'],
    [FREE, 'self_hosted'],
  ])('of an unknown cost has the reason and no cost', (call, reason) => {
    expect(line(call)).toMatchObject({ 'spanline.cost.reason': reason });
    expect(line(call)).not.toHaveProperty(['spanline.cost.usd']);
    expect(line(call)).not.toHaveProperty(['spanline.cost.exact']);
  });
});

describe('the sums of a trace', () => {
  it('are those of its parts, whatever calls it has, and say how the bill may differ', () => {
    const least = [LEAST, UNKNOWN, UNCOUNTED];
    const exact = [EXACT, REPORTED, FREE, CACHED, SEARCHES];
    const calls = fc.array(fc.constantFrom(...exact, ...least, ABOUT), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(calls, (mixed) => {
        const { root, parts } = trace(mixed);
        expect(root['spanline.rollup.llm_calls']).toBe(mixed.length);
        expect(root['spanline.rollup.cost_usd'] ?? 0).toBeCloseTo(sum(parts, 'spanline.cost.usd'), 9);
        for (const [total, part] of [
          ['spanline.rollup.input_tokens', 'gen_ai.usage.input_tokens'],
          ['spanline.rollup.output_tokens', 'gen_ai.usage.output_tokens'],
          ['spanline.rollup.cache_read_tokens', 'gen_ai.usage.cache_read.input_tokens'],
          ['spanline.rollup.cache_write_tokens', 'gen_ai.usage.cache_write.input_tokens'],
          ['spanline.rollup.reasoning_tokens', 'gen_ai.usage.reasoning.output_tokens'],
          ['spanline.rollup.web_searches', 'spanline.usage.web_searches'],
        ] as const) {
          expect(root[total] ?? 0, total).toBe(sum(parts, part));
        }
        const isAbout = mixed.includes(ABOUT);
        const isLeast = mixed.some((call) => least.includes(call));
        const hasCost = root['spanline.rollup.cost_usd'] !== undefined;
        expect(root['spanline.rollup.cost_exact']).toBe(hasCost && (isAbout || isLeast) ? false : undefined);
        const reason = isAbout ? 'approximate' : isLeast ? 'lower_bound' : undefined;
        expect(root['spanline.rollup.cost_reason']).toBe(hasCost ? reason : undefined);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a call without usage', () => {
  const unanswered = (error: unknown, { provider, model }: Partial<Call> = OPENAI, attributes = {}): void => {
    const call = { tracer, model: model ?? 'gpt-5-mini', provider, messages: 'q', attributes };
    expect(() =>
      llmSpan(call, () => {
        throw error;
      }),
    ).toThrow();
  };
  const retried = (error: unknown, call?: Partial<Call>, attributes?: object): SpanRecord | undefined => {
    log.clear();
    tracer.withSpan({ name: 'answer', type: 'chain' }, () => {
      unanswered(error, call, attributes);
      ask(EXACT);
    });
    return log.records().at(-1);
  };
  const failed = (fields: object): Error => Object.assign(new Error('no'), fields);
  const isBound = (record: SpanRecord | undefined): boolean => {
    expect(record).toHaveProperty(['spanline.rollup.cost_usd']);
    return record?.['spanline.rollup.cost_reason'] === 'lower_bound';
  };

  it.each([
    ['a rate limit', failed({ status: 429 })],
    ['a rate limit of Amazon', failed({ name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } })],
    ['a used up quota', failed({ code: 'insufficient_quota' })],
    ['a wrong key', failed({ status: 401 })],
    ['a missing right', failed({ status: 403 })],
    ['an invalid request', failed({ status: 400 })],
    ['an unknown model', failed({ statusCode: 404 })],
    ['too long a prompt', failed({ code: 'context_length_exceeded', status: 400 })],
    ['an overloaded server', failed({ status: 529 })],
    ['a refused connection', failed({ cause: failed({ code: 'ECONNREFUSED' }) })],
    ['an unknown host', failed({ cause: failed({ code: 'ENOTFOUND' }) })],
  ])('costs nothing if it was refused: %s', (_, error) => {
    expect(isBound(retried(error))).toBe(false);
  });

  it.each([
    ['a timeout', failed({ name: 'TimeoutError' })],
    ['a timeout of the server', failed({ status: 408 })],
    ['a broken connection', failed({ code: 'ECONNRESET' })],
    ['an error of the server', failed({ status: 500 })],
    ['a filter that read the prompt', failed({ code: 'content_filter', status: 400 })],
    ['an error of nobody knows whom', new Error('no')],
  ])('may have cost something after %s', (_, error) => {
    expect(isBound(retried(error))).toBe(true);
  });

  it('may have cost something if its answer had begun', () => {
    expect(isBound(retried(failed({ status: 429 }), OPENAI, { 'spanline.stream.chunks': 3 }))).toBe(true);
  });

  it('is billed by Azure where it was read, and not by Google where it failed', () => {
    const azure = { provider: 'azure.ai.openai', model: 'gpt-4o' };
    expect(isBound(retried(failed({ status: 400 }), azure))).toBe(true);
    expect(isBound(retried(failed({ status: 429 }), azure))).toBe(false);
    expect(isBound(retried(failed({ status: 500 }), { provider: 'gcp.gemini', model: 'gemini-2.5-flash' }))).toBe(
      false,
    );
  });

  it('costs nothing on a machine of the own', () => {
    const local = { provider: 'ollama', model: 'llama3.2', usage: undefined };
    const { root, parts } = trace([EXACT, local]);
    expect(parts[1]).toMatchObject({ 'spanline.cost.reason': 'self_hosted' });
    expect(isBound(root)).toBe(false);
  });

  it('is unknown to the sum only if somebody is known to bill it', () => {
    const embed = (attributes: object): unknown[] => {
      log.clear();
      tracer.withSpan({ name: 'answer', type: 'chain' }, () => {
        tracer.withSpan({ name: 'embed', type: 'embedding', attributes }, () => undefined);
        ask(EXACT);
      });
      return [log.records()[0]?.['spanline.cost.reason'], isBound(log.records().at(-1))];
    };
    const FREE = ['not_billed', false];
    const BILLED = ['no_usage', true];
    expect(embed({ 'gen_ai.request.model': 'text-embedding-3-small' })).toEqual(FREE);
    expect(embed({ 'gen_ai.request.model': 'mine', 'server.address': '127.0.0.1' })).toEqual(FREE);
    expect(embed({ 'gen_ai.request.model': 'mine', 'server.address': 'embed.example.com' })).toEqual(BILLED);
    expect(embed({ 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'mine' })).toEqual(BILLED);
  });
});

describe('a model call within another record of the same call', () => {
  const model = { tracer, name: 'outer', ...OPENAI, messages: 'q' };
  const scope = { name: 'some-framework', version: '1.0.0' };
  const inner = (usage: Record<string, number>, type: 'llm' | 'chain' = 'llm') =>
    tracer.withSpan({ name: 'inner', type, scope, attributes: usage }, () => undefined);
  const usage = { prompt_tokens: 100, completion_tokens: 10 };
  const own = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 10 };
  const outer = (fn: () => void): void =>
    tracer.withSpan({ name: 'root', type: 'chain' }, () =>
      llmSpan({ ...model, tracer, answer: () => ({ usage }) }, fn),
    );

  it('is billed once, on the inner one, also with steps between', () => {
    outer(() => tracer.withSpan({ name: 'step', type: 'chain' }, () => inner(own)));
    expect(tree(log.records())).toBe('chain root\n  chain outer\n    chain step\n      llm inner');
    expect(sum(log.records(), 'gen_ai.usage.input_tokens')).toBe(100);
    expect(log.records().at(-1)).toMatchObject({
      'spanline.rollup.llm_calls': 1,
      'spanline.rollup.input_tokens': 100,
    });
  });

  it('is billed on the outer one where the inner one has no usage', () => {
    outer(() => inner({}));
    const [told, step, root] = log.records();
    expect(told).toMatchObject({ 'span.type': 'llm', 'spanline.cost.reason': 'not_billed' });
    expect(step).toMatchObject({ 'span.type': 'chain', ...own });
    expect(step?.['spanline.cost.usd']).toBeGreaterThan(0);
    expect(root).toMatchObject({ 'spanline.rollup.llm_calls': 1, 'spanline.rollup.input_tokens': 100 });
  });

  it('is billed once where a framework’s model calls another model of it', () => {
    tracer.withSpan({ name: 'router', type: 'llm', scope, attributes: own }, () => inner(own));
    expect(tree(log.records())).toBe('chain router\n  llm inner');
    expect(sum(log.records(), 'gen_ai.usage.input_tokens')).toBe(100);
  });

  it('is another call below a tool', () => {
    outer(() => tracer.withSpan({ name: 'tool', type: 'tool' }, () => inner(own)));
    expect(log.records().at(-1)).toMatchObject({
      'spanline.rollup.llm_calls': 2,
      'spanline.rollup.input_tokens': 200,
    });
  });

  it('that has not ended yet is trusted to bring the usage', () => {
    let late: { set(attributes: object): { end(): void } } | undefined;
    outer(() => {
      late = tracer.startSpan({ name: 'late', type: 'llm', scope });
    });
    late?.set(own).end();
    expect(sum(log.records(), 'gen_ai.usage.input_tokens')).toBe(100);
  });
});
