/** Tools of MCP servers that Google's client calls by itself (`mcpToTool`). */

import { describe, expect, it } from 'vitest';
import { tree } from '@spanline/core/testing';
import { wrapGoogleGenAI } from '@spanline/google-genai';
import { unwrapMcp } from '@spanline/mcp';
import { MCP_TO_TOOL, VERSIONS } from '../../packages/google-genai/test/versions.ts';
import { connected, memoryTracer } from '../../packages/mcp/test/support/pair.ts';
import { SDK1, SDK2 } from '../../packages/mcp/test/support/versions.ts';
import { useWire } from '../support/set-up.ts';
import { googleText } from '../support/wire/google.ts';
import { json, type Wire } from '../support/wire/server.ts';

let wire: Wire;

useWire((opened) => {
  wire = opened;
});

const MODEL = 'gemini-2.5-flash';

/** A model that asks for functions once, and then answers. */
function asksFor(...functionCalls: readonly object[]): void {
  const parts = functionCalls.map((functionCall) => ({ functionCall }));
  const asked = json({
    candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }],
    modelVersion: MODEL,
  });
  wire.answer(({ body }) => (JSON.stringify(body).includes('functionResponse') ? googleText(false) : asked));
}

describe.each(Object.entries(MCP_TO_TOOL))('the client of %s', (version, toTool) => {
  it.each([SDK1, SDK2])('adds the calls over $name to the spans of its functions', async (sdk) => {
    const { log, tracer } = memoryTracer({ capture: 'full' });
    const peer = await connected(sdk, tracer, log);
    const Class = VERSIONS[version];
    if (Class === undefined) throw new Error(`no ${version}`);
    const ai = wrapGoogleGenAI(new Class({ apiKey: 'test', httpOptions: { baseUrl: wire.url } }), { tracer });
    const ask = async (): Promise<string | undefined> => {
      log.clear();
      const config = { tools: [toTool(peer as never)] };
      return (await ai.models.generateContent({ model: MODEL, contents: 'Sum?', config })).text;
    };
    asksFor({ name: 'add', args: { a: 1, b: 2 } }, { name: 'refuse', args: {} }, { name: 'add', args: { a: 3, b: 4 } });
    expect(await ask()).toBe('It is sunny.');
    const lines = log.lines().filter((line) => line['mcp.method.name'] !== 'tools/list');
    expect(tree(lines)).toBe(
      [
        'chain generateContent',
        `  llm generate_content ${MODEL}`,
        '  tool execute_tool add',
        '    tool tools/call add',
        '  tool execute_tool refuse [error]',
        '    tool tools/call refuse [error]',
        '  tool execute_tool add',
        '    tool tools/call add',
        `  llm generate_content ${MODEL}`,
      ].join('\n'),
    );
    const tools = log.records().filter((record) => record['span.name']?.startsWith('execute_tool') === true);
    expect(tools.map((record) => record['gen_ai.tool.call.result'])).toEqual([
      expect.stringContaining('"3"'),
      expect.stringContaining('out of stock'),
      expect.stringContaining('"7"'),
    ]);
    expect(tools[0]).toMatchObject({ 'span.status': 'ok', 'mcp.method.name': 'tools/call' });
    expect(tools[1]).toMatchObject({ 'span.status': 'error', 'error.type': 'tool_error' });

    unwrapMcp(peer);
    expect(await ask()).toBe('It is sunny.');
    const refused = log.records().find((record) => record['span.name'] === 'execute_tool refuse');
    expect(refused).toMatchObject({ 'error.type': 'ToolCallError', 'error.message': 'out of stock' });
  });
});
