import { beforeEach, describe, expect, it } from 'vitest';
import { type Tracer, validate } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { connected, memoryTracer } from './support/pair.ts';
import { type AnyClient, SDK1, SDK2 } from './support/versions.ts';

describe.each([SDK1, SDK2])('requests of $name', (version) => {
  let log: MemoryLog;
  let tracer: Tracer;
  let client: AnyClient;

  beforeEach(async () => {
    ({ log, tracer } = memoryTracer());
    client = await connected(version, tracer, log);
  });

  const outer = <T>(work: () => Promise<T>): Promise<T> => tracer.withSpan('outer', work);
  const line = (kind: 'CLIENT' | 'SERVER'): Record<string, unknown> =>
    log.records().find((record) => record['span.kind'] === kind) as Record<string, unknown>;

  it('a call of a tool is a tool on both sides, with arguments and result', async () => {
    expect(await outer(() => client.call('add', { a: 1, b: 2 }))).toMatchObject({
      content: [{ type: 'text', text: '3' }],
    });
    expect(tree(log.lines())).toBe('task outer\n  tool tools/call add\n    tool tools/call add');
    for (const kind of ['CLIENT', 'SERVER'] as const) {
      expect(line(kind)).toMatchObject({
        'span.kind': kind,
        'span.status': 'ok',
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'add',
        'mcp.method.name': 'tools/call',
        'mcp.protocol.version': '2025-11-25',
        'jsonrpc.request.id': expect.stringMatching(/^\d+$/),
        'gen_ai.tool.call.arguments': '{"a":1,"b":2}',
        'gen_ai.tool.call.result': '[{"type":"text","text":"3"}]',
      });
    }
    expect(line('CLIENT')['jsonrpc.request.id']).toBe(line('SERVER')['jsonrpc.request.id']);
    for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  });

  it('lists, resources and prompts are named by their method', async () => {
    await outer(async () => {
      await client.listTools();
      await client.readResource({ uri: 'notes://ada:pw@shelf/one?key=s3cret#top' });
      await client.getPrompt({ name: 'greet', arguments: { name: 'Ada' } });
    });
    expect(tree(log.lines())).toBe(
      [
        'task outer',
        '  task tools/list',
        '    task tools/list',
        '  task resources/read',
        '    task resources/read',
        '  prompt prompts/get greet',
        '    prompt prompts/get greet',
      ].join('\n'),
    );
    const [list, , read, , prompt] = log.records() as Record<string, unknown>[];
    expect(list).not.toHaveProperty('spanline.output');
    expect(read).toMatchObject({ 'mcp.resource.uri': 'notes://shelf/one' });
    expect(read?.['spanline.output']).toContain('a note');
    expect(prompt).toMatchObject({ 'gen_ai.prompt.name': 'greet', 'spanline.prompt.variables': '{"name":"Ada"}' });
    expect(prompt?.['spanline.output']).toContain('Greet Ada.');
  });

  it('a tool that reports its failure is an error of the type tool_error on both sides', async () => {
    expect(await client.call('refuse')).toMatchObject({ isError: true });
    expect(await client.call('fail')).toMatchObject({ isError: true });
    const lines = log.records();
    expect(lines).toHaveLength(4);
    for (const record of lines) expect(record).toMatchObject({ 'span.status': 'error', 'error.type': 'tool_error' });
    expect(lines.map((record) => record['error.message'])).toEqual([
      'out of stock',
      'out of stock',
      'no such shelf',
      'no such shelf',
    ]);
    expect(lines.map((record) => record['spanline.error.propagated'] ?? false)).toEqual([false, true, false, true]);
  });

  it('the type of a JSON-RPC error is its code', async () => {
    await expect(client.getPrompt({ name: 'nothing' })).rejects.toThrow(/nothing/);
    await expect(client.readResource({ uri: 'other://nowhere' })).rejects.toThrow(/other:/);
    expect(log.records()).toHaveLength(4);
    for (const record of log.records()) {
      expect(record['rpc.response.status_code']).toMatch(/^-32\d\d\d$/);
      if (record['span.kind'] === 'SERVER') continue;
      expect(record).toMatchObject({ 'span.status': 'error', 'error.type': record['rpc.response.status_code'] });
      expect(record['error.message']).toMatch(/nothing|other:/);
    }
  });

  it('a request that is wrong is no error of its server', async () => {
    await expect(client.getPrompt({ name: 'nothing' })).rejects.toThrow(/nothing/);
    expect(line('CLIENT')).toMatchObject({ 'span.status': 'error', 'error.type': '-32602' });
    expect(line('SERVER')).toMatchObject({ 'span.status': 'ok', 'rpc.response.status_code': '-32602' });
    expect(line('SERVER')).not.toHaveProperty('error.type');
  });

  it('progress is counted, and its handler runs inside of the call', async () => {
    const seen: unknown[] = [];
    const onprogress = (progress: unknown): void => {
      tracer.logger.info('half way');
      seen.push(progress);
    };
    await client.call('count', { steps: 3 }, { onprogress });
    expect(seen).toEqual([{ progress: 1 }, { progress: 2 }, { progress: 3 }]);
    expect(line('CLIENT')['spanline.mcp.progress']).toBe(3);
    const told = log.lines().filter(({ message, msg }) => (message ?? msg) === 'half way');
    expect(told).toHaveLength(3);
    for (const each of told) expect(each['span_id']).toBe(line('CLIENT')['span_id']);
  });

  it('a model that the server asks for is a model call where the handler runs', async () => {
    await client.call('ask', { question: 'How tall?' });
    expect(tree(log.lines())).toBe(
      [
        'tool tools/call ask',
        '  tool tools/call ask',
        '    task sampling/createMessage',
        '      llm sampling/createMessage',
      ].join('\n'),
    );
    expect(log.records()[0]).toMatchObject({
      'span.kind': 'SERVER',
      'mcp.method.name': 'sampling/createMessage',
      'gen_ai.request.max_tokens': 50,
      'gen_ai.response.model': 'claude-haiku-4-5',
      'gen_ai.response.finish_reasons': ['endTurn'],
      'gen_ai.system_instructions': '[{"type":"text","content":"Be brief."}]',
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"How tall?"}]}]',
      'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"text","content":"hello"}]}]',
    });
  });

  describe('that do not end', () => {
    /** Calls a tool, and runs `act` once it has begun. */
    async function begun(name: string, act: () => void, signal: AbortSignal): Promise<unknown> {
      return client.call(name, {}, { signal, onprogress: act });
    }

    it.each(['wait', 'hang'])('are aborted on both sides when the caller takes %s back', async (name) => {
      const controller = new AbortController();
      const call = begun(name, () => controller.abort(new Error('the user pressed stop')), controller.signal);
      await expect(call).rejects.toThrow(/pressed stop/);
      await expect.poll(() => log.records().length).toBe(2);
      for (const record of log.records()) {
        expect(record).toMatchObject({
          level: 'warn',
          'span.status': 'aborted',
          'error.type': 'AbortError',
          'error.message': expect.stringContaining('the user pressed stop'),
          'spanline.error.class': 'aborted',
        });
      }
      expect(line('CLIENT')).toMatchObject({ 'spanline.mcp.progress': 1 });
    });

    it('make the spans around the call aborted too, whatever the SDK throws', async () => {
      const controller = new AbortController();
      const call = outer(() => begun('wait', () => controller.abort('enough'), controller.signal));
      await expect(call).rejects.toThrow(/enough/);
      expect(log.records().find((record) => record['span.name'] === 'outer')).toMatchObject({
        'span.status': 'aborted',
        'spanline.error.class': 'aborted',
      });
    });

    it('leave the spans around the call failed when its time is over, or a signal says so', async () => {
      await expect(outer(() => client.call('hang', {}, { timeout: 20 }))).rejects.toThrow(/timed out/);
      const reason = new DOMException('too late', 'TimeoutError');
      const controller = new AbortController();
      const call = outer(() => begun('hang', () => controller.abort(reason), controller.signal));
      await expect(call).rejects.toThrow(/too late/);
      const around = log.records().filter((record) => record['span.name'] === 'outer');
      expect(around.map((record) => record['span.status'])).toEqual(['error', 'error']);
    });

    it('are errors of the type timeout when their time is over', async () => {
      await expect(client.call('hang', {}, { timeout: 20 })).rejects.toThrow(/timed out/);
      await expect.poll(() => log.records().length).toBe(2);
      expect(line('CLIENT')).toMatchObject({
        'span.status': 'error',
        'error.type': 'timeout',
        'spanline.error.class': 'timeout',
      });
      expect(line('SERVER')).toMatchObject({ 'span.status': 'aborted', 'error.type': 'AbortError' });
    });

    it('are errors of the connection when it closes', async () => {
      await expect(begun('hang', () => void client.close(), new AbortController().signal)).rejects.toThrow(/closed/);
      await expect.poll(() => log.records().length).toBe(2);
      expect(line('CLIENT')).toMatchObject({ 'error.type': 'connection_closed', 'spanline.error.class': 'network' });
      expect(line('SERVER')['span.status']).toBe('aborted');
      await expect(client.call('add', { a: 1, b: 1 })).rejects.toThrow(/not connected/i);
      expect(log.records().at(-1)).toMatchObject({ 'error.type': 'not_connected', 'span.status': 'error' });
    });
  });
});
