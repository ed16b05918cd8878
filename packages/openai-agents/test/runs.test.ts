import { addTraceProcessor, Agent, handoff, setTraceProcessors, withTrace } from '@openai/agents';
import { describe, expect, it } from 'vitest';
import { createTracer, observe } from '@spanline/core';
import { memoryLog, tree } from '@spanline/core/testing';
import { unwrapOpenAI, wrapOpenAI } from '@spanline/openai';
import { SpanlineTracingProcessor } from '@spanline/openai-agents';
import { APIS, createClient, createGuide, createRunner, settled, spans, stream, useAgents } from './support/agents.ts';

const setting = useAgents();

const WITH_TOOL = `
chain Agent workflow
  agent invoke_agent Guide
    llm chat gpt-4o
    tool execute_tool weather
      task inside
    llm chat gpt-4o`.trim();
const USAGE = {
  'gen_ai.usage.input_tokens': 40,
  'gen_ai.usage.output_tokens': 12,
  'spanline.cost.usd': 0.00022,
  'gen_ai.response.model': 'gpt-4o',
  'gen_ai.agent.name': 'Guide',
};

/** A tool with work of its own. */
const inside = (city: string): Promise<string> =>
  observe(
    async () => {
      setting.tracer.logger.info('looking');
      return `sunny in ${city}`;
    },
    { name: 'inside', tracer: setting.tracer },
  )();

describe.each(APIS)('agents over %s', (api) => {
  const ask = (config = {}) => createRunner(api, createClient(setting), config);

  describe.each(['whole', 'streamed'])('%s', (how) => {
    const run = async (question: string, agent = createGuide(inside), config = {}): Promise<string> =>
      how === 'streamed'
        ? stream(ask(config), agent, question)
        : ((await ask(config).run(agent, question)).finalOutput ?? '');

    it('are one trace with their calls, tools, and the work inside of tools', async () => {
      expect(await run('weather')).toBe('It is sunny.');
      await settled(setting);
      expect(tree(setting.log.records())).toBe(WITH_TOOL);
      expect(spans(setting, 'llm')).toMatchObject([USAGE, USAGE]);
      expect(spans(setting, 'tool')).toMatchObject([
        { 'gen_ai.tool.call.arguments': '{"city":"Oslo"}', 'gen_ai.tool.call.result': '"sunny in Oslo"' },
      ]);
      for (const type of ['agent', 'chain']) {
        const [span] = spans(setting, type);
        expect(span).toMatchObject({ 'spanline.input': '"weather"', 'spanline.output': '"It is sunny."' });
      }
      const [tool] = spans(setting, 'task');
      const line = setting.log.lines().find(({ message }) => message === 'looking');
      expect(line).toMatchObject({ trace_id: tool?.trace_id, span_id: tool?.span_id });
    });

    it('hand over to each other', async () => {
      setting.provider.prependFixture({
        match: { userMessage: 'invoice', hasToolResult: false },
        response: { toolCalls: [{ id: 'call_9', name: 'transfer_to_Billing', arguments: '{}' }] },
      });
      setting.provider.on({ userMessage: 'invoice' }, { content: 'Paid.' });
      const billing = new Agent({ name: 'Billing', model: 'gpt-4o', instructions: 'Bill.' });
      expect(await run('invoice', createGuide(inside, { handoffs: [handoff(billing)] }))).toBe('Paid.');
      await settled(setting);
      expect(tree(setting.log.records())).toBe(
        `
chain Agent workflow
  agent invoke_agent Guide
    llm chat gpt-4o
    task handoff Billing
  agent invoke_agent Billing
    llm chat gpt-4o`.trim(),
      );
      expect(spans(setting, 'task')).toMatchObject([
        { 'labels.handoff_from': 'Guide', 'labels.handoff_to': 'Billing' },
      ]);
      expect(spans(setting, 'llm').at(-1)).toMatchObject({ 'gen_ai.agent.name': 'Billing' });
    });

    it('bill each call once beside a wrapped client, whose facts they add', async () => {
      const client = wrapOpenAI(createClient(setting), { tracer: setting.tracer });
      const runner = createRunner(api, client);
      await (how === 'streamed'
        ? stream(runner, createGuide(inside), 'weather')
        : runner.run(createGuide(inside), 'weather'));
      await settled(setting);
      unwrapOpenAI(client);
      expect(tree(setting.log.records())).toBe(WITH_TOOL);
      const facts = { ...USAGE, 'gen_ai.request.model': 'gpt-4o', 'server.address': '127.0.0.1' };
      expect(spans(setting, 'llm')).toMatchObject([facts, facts]);
      expect(spans(setting, 'chain')).toMatchObject([
        { 'spanline.rollup.llm_calls': 2, 'spanline.rollup.input_tokens': 80 },
      ]);
    });

    it('count tokens, but show nothing, where the application keeps content from traces', async () => {
      await run('weather', createGuide(), { traceIncludeSensitiveData: false });
      await settled(setting);
      expect(spans(setting, 'llm')).toMatchObject([
        { 'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 12, 'span.status': 'ok' },
        { 'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 12, 'span.status': 'ok' },
      ]);
      expect(setting.log.raw().join('')).not.toMatch(/sunny|Oslo/);
    });

    it('fail with the error of the provider, also the trace', async () => {
      await expect(run('limited')).rejects.toThrow('429');
      await settled(setting);
      expect(tree(setting.log.records())).toMatch(/^chain Agent workflow \[error\]\n {2}agent .* \[error\]\n {4}llm/);
      for (const record of setting.log.records()) {
        expect(record).toMatchObject({ 'error.type': 'RateLimitError', 'spanline.error.class': 'rate_limit' });
      }
    });

    it('fail after too many turns', async () => {
      const runner = ask();
      await expect(
        how === 'streamed'
          ? runner.run(createGuide(inside), 'weather', { maxTurns: 1, stream: true }).then(({ completed }) => completed)
          : runner.run(createGuide(inside), 'weather', { maxTurns: 1 }),
      ).rejects.toThrow('Max turns');
      await settled(setting);
      expect(spans(setting, 'chain')).toMatchObject([
        { 'span.status': 'error', 'error.type': 'MaxTurnsExceededError' },
      ]);
      expect(spans(setting, 'llm')).toMatchObject([{ ...USAGE, 'span.status': 'ok' }]);
    });
  });

  it('put the failure of a tool on the tool, which the model is told of', async () => {
    const guide = createGuide(() => {
      throw new TypeError('no such city');
    });
    await ask().run(guide, 'weather');
    await settled(setting);
    expect(spans(setting, 'tool')).toMatchObject([{ 'span.status': 'error', 'error.type': 'ToolCallError' }]);
    expect(spans(setting, 'chain')).toMatchObject([{ 'span.status': 'ok' }]);
  });

  it('end aborted streams, and those that their reader leaves', async () => {
    const controller = new AbortController();
    const aborted = await ask().run(createGuide(), 'slow', { stream: true, signal: controller.signal });
    for await (const piece of aborted.toTextStream()) if (piece !== '') controller.abort();
    const left = await ask().run(createGuide(), 'slow', { stream: true });
    for await (const piece of left.toTextStream()) if (piece !== '') break;
    await settled(setting);
    expect(setting.log.records()).toHaveLength(6);
    for (const record of setting.log.records()) expect(record).toMatchObject({ 'span.status': 'aborted' });
  });

  it('end calls that are aborted before their answer', async () => {
    const controller = new AbortController();
    const call = ask().run(createGuide(), 'never', { signal: controller.signal });
    await expect.poll(() => setting.tracer.stats().open).toBe(3);
    controller.abort();
    await expect(call).rejects.toThrow();
    await settled(setting);
    for (const record of setting.log.records()) expect(record).toMatchObject({ 'span.status': 'aborted' });
  });
});

describe('a trace of the application', () => {
  const runner = () => createRunner('responses', createClient(setting));

  it('holds its runs and the work between them, with conversation and labels', async () => {
    const settings = { groupId: 'chat-7', metadata: { tenant: 'acme', nested: {} } };
    await withTrace(
      'two',
      async () => {
        await runner().run(createGuide(), 'plain');
        await observe(async () => 1, { name: 'between', tracer: setting.tracer })();
        await runner().run(createGuide(), 'plain');
      },
      settings,
    );
    await settled(setting);
    expect(tree(setting.log.records())).toBe(
      `
chain two
  agent invoke_agent Guide
    llm chat gpt-4o
  task between
  agent invoke_agent Guide
    llm chat gpt-4o`.trim(),
    );
    for (const record of setting.log.records()) {
      expect(record).toMatchObject({ 'gen_ai.conversation.id': 'chat-7', 'session.id': 'chat-7' });
    }
    expect(spans(setting, 'chain')).toMatchObject([{ 'labels.tenant': 'acme' }]);
  });

  it('is well if it goes on after a run that failed', async () => {
    await withTrace('second try', async () => {
      await runner()
        .run(createGuide(), 'limited')
        .catch(() => runner().run(createGuide(), 'plain'));
    });
    await settled(setting);
    expect(spans(setting, 'chain')).toMatchObject([{ 'span.name': 'second try', 'span.status': 'ok' }]);
    expect(new Set(setting.log.records().map(({ trace_id: id }) => id)).size).toBe(1);
  });

  it('is below the span of its request, and runs at once have traces of their own', async () => {
    await setting.tracer.withSpan('outer', () => runner().run(createGuide(), 'plain'));
    await Promise.all(['plain', 'plain', 'plain'].map((question) => runner().run(createGuide(), question)));
    await settled(setting);
    const one = 'chain Agent workflow\n  agent invoke_agent Guide\n    llm chat gpt-4o';
    expect(tree(setting.log.records())).toBe([`task outer\n${one.replaceAll(/^/gm, '  ')}`, one, one, one].join('\n'));
  });
});

describe('processors', () => {
  const runner = () => createRunner('responses', createClient(setting));

  it('are told second, behind one of the application, and work inside of tools stands below them', async () => {
    const told: string[] = [];
    const note = (what: string) => async () => void told.push(what);
    setTraceProcessors([
      {
        onTraceStart: note('trace'),
        onTraceEnd: note('trace'),
        onSpanStart: note('span'),
        onSpanEnd: note('span'),
        shutdown: note('shutdown'),
        forceFlush: note('flush'),
      },
    ]);
    addTraceProcessor(new SpanlineTracingProcessor({ tracer: setting.tracer }));
    await runner().run(createGuide(inside), 'weather');
    await settled(setting);
    expect(tree(setting.log.records())).toBe(WITH_TOOL);
    expect(told.length).toBeGreaterThan(10);
  });

  it('write a trace once to one log, and each to its own', async () => {
    const log = memoryLog();
    const other = createTracer({ logger: log.logger, service: { name: 'other' }, statsIntervalSeconds: 0 });
    addTraceProcessor(new SpanlineTracingProcessor({ tracer: setting.tracer }));
    addTraceProcessor(new SpanlineTracingProcessor({ tracer: other }));
    await runner().run(createGuide(), 'weather');
    await settled(setting);
    await expect.poll(() => other.stats().open).toBe(0);
    for (const records of [setting.log.records(), log.records()]) {
      expect(tree(records)).toBe(WITH_TOOL.replace('      task inside\n', ''));
    }
  });

  it('refuse options that are wrong', () => {
    expect(() => new SpanlineTracingProcessor({ tracer: {} as never })).toThrow(/tracer/);
  });

  it('write nothing with a tracer that is disabled', async () => {
    const tracer = createTracer({ enabled: false, logger: setting.log.logger });
    setTraceProcessors([new SpanlineTracingProcessor({ tracer })]);
    await runner().run(createGuide(inside), 'plain');
    expect(setting.log.lines()).toEqual([]);
  });
});
