import { Agent, MCPServerStdio, tool } from '@openai/agents';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tree } from '@spanline/core/testing';
import { useWire } from '../../../test/support/set-up.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';
import { createClient, createGuide, createRunner, settled, spans, useAgents } from './support/agents.ts';
import { openaiResponse } from './support/answers.ts';

const setting = useAgents();
let wire: Wire;
useWire((opened) => {
  wire = opened;
});

const runner = (url?: string) => createRunner('responses', createClient(setting, url));

describe('guardrails', () => {
  const guard = (name: string, tripwireTriggered: boolean) => ({
    name,
    execute: async () => ({ tripwireTriggered, outputInfo: {} }),
  });

  it('pass', async () => {
    await runner().run(createGuide(undefined, { inputGuardrails: [guard('polite', false)] }), 'plain');
    await settled(setting);
    expect(spans(setting, 'guardrail')).toMatchObject([
      { 'span.name': 'polite', 'spanline.guardrail.name': 'polite', 'spanline.guardrail.action': 'pass' },
    ]);
  });

  it.each(['inputGuardrails', 'outputGuardrails'] as const)('block: %s', async (which) => {
    const guide = createGuide(undefined, { [which]: [guard('polite', true)] });
    await expect(runner().run(guide, 'plain')).rejects.toThrow('guardrail');
    await settled(setting);
    expect(spans(setting, 'guardrail')).toMatchObject([{ 'spanline.guardrail.action': 'block', 'span.status': 'ok' }]);
    expect(spans(setting, 'chain')).toMatchObject([
      { 'span.status': 'error', 'error.type': expect.stringMatching(/GuardrailTripwireTriggered$/) as string },
    ]);
  });
});

describe('agents as tools', () => {
  it('stand below the tool, with their own calls', async () => {
    setting.provider.prependFixture({
      match: { userMessage: 'delegate', hasToolResult: false },
      response: { toolCalls: [{ id: 'call_3', name: 'expert', arguments: '{"input":"plain"}' }] },
    });
    setting.provider.on({ userMessage: 'delegate' }, { content: 'Done.' });
    const expert = new Agent({ name: 'Expert', model: 'gpt-4o', instructions: 'Know.' });
    const chief = new Agent({
      name: 'Chief',
      model: 'gpt-4o',
      instructions: 'Ask.',
      tools: [expert.asTool({ toolName: 'expert', toolDescription: 'knows' })],
    });
    await runner().run(chief, 'delegate');
    await settled(setting);
    expect(tree(setting.log.records())).toBe(
      `
chain Agent workflow
  agent invoke_agent Chief
    llm chat gpt-4o
    tool execute_tool expert
      agent invoke_agent Expert
        llm chat gpt-4o
    llm chat gpt-4o`.trim(),
    );
    expect(spans(setting, 'llm')[1]).toMatchObject({ 'gen_ai.agent.name': 'Expert' });
  });
});

describe('a run that waits for an approval', () => {
  it('is two traces, and its agents are not left open', async () => {
    const weather = tool({
      name: 'weather',
      description: 'tells the weather',
      parameters: z.object({ city: z.string() }),
      needsApproval: true,
      execute: async () => 'sunny',
    });
    const guide = new Agent({ name: 'Guide', model: 'gpt-4o', instructions: 'Be short.', tools: [weather] });
    const waiting = await runner().run(guide, 'weather');
    const [interruption] = waiting.interruptions;
    await settled(setting);
    expect(setting.log.records().map((record) => record['span.status'])).toEqual(expect.not.arrayContaining(['error']));
    waiting.state.approve(interruption as never);
    const { finalOutput } = await runner().run(guide, waiting.state);
    expect(finalOutput).toBe('It is sunny.');
    await settled(setting);
    expect(spans(setting, 'llm')).toHaveLength(2);
    expect(spans(setting, 'tool').at(-1)).toMatchObject({ 'span.status': 'ok', 'gen_ai.tool.call.result': '"sunny"' });
  });
});

describe('usage', () => {
  it('is the whole of what the provider counted', async () => {
    wire.answer(() => json(openaiResponse()));
    await runner(wire.url).run(createGuide(), 'plain');
    await settled(setting);
    expect(spans(setting, 'llm')).toMatchObject([
      {
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.cache_read.input_tokens': 64,
        'gen_ai.usage.output_tokens': 20,
        'gen_ai.usage.reasoning.output_tokens': 12,
        'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
        'gen_ai.response.id': 'resp_1',
        'gen_ai.request.temperature': 0,
        'gen_ai.system_instructions': '[{"type":"text","content":"Be short."}]',
      },
    ]);
  });
});

describe('servers of MCP', () => {
  it('are asked for their tools, which are run below the agent', async () => {
    setting.provider.prependFixture({
      match: { userMessage: 'shelf', hasToolResult: false },
      response: { toolCalls: [{ id: 'call_4', name: 'add', arguments: '{"a":1,"b":2}' }] },
    });
    setting.provider.on({ userMessage: 'shelf' }, { content: 'Three.' });
    const program = new URL('support/mcp-server.mjs', import.meta.url).pathname;
    // A program starts slowly on a busy machine.
    const waits = { clientSessionTimeoutSeconds: 300, timeout: 300_000 };
    const server = new MCPServerStdio({ name: 'sums', command: process.execPath, args: [program], ...waits });
    await server.connect();
    try {
      const guide = new Agent({ name: 'Guide', model: 'gpt-4o', instructions: 'Be short.', mcpServers: [server] });
      await runner().run(guide, 'shelf');
    } finally {
      await server.close();
    }
    await settled(setting);
    expect(tree(setting.log.records())).toBe(
      `
chain Agent workflow
  agent invoke_agent Guide
    task tools/list
    llm chat gpt-4o
    tool execute_tool add
    task tools/list
    llm chat gpt-4o`.trim(),
    );
    const listed = { 'mcp.method.name': 'tools/list', 'labels.mcp_server': 'sums', 'spanline.output': '["add"]' };
    expect(spans(setting, 'task')).toMatchObject([listed, listed]);
    expect(spans(setting, 'tool')).toMatchObject([{ 'labels.mcp_server': 'sums' }]);
  });
});
