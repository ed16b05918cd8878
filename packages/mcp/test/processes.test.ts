/** Client and server in two processes, over the transports of the specification. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { wrapMcp } from '@spanline/mcp';
import { compileProgram, jsonLines } from '../../../test/support/child.ts';
import { memoryTracer } from './support/pair.ts';
import { type AnyClient, SDK1, SDK2, SDK2_STATELESS, type Version } from './support/versions.ts';

const SHELF = await compileProgram(fileURLToPath(new URL('support/shelf.ts', import.meta.url)));

type Line = Record<string, unknown>;

let log: MemoryLog;
let tracer: Tracer;
let folder: string;
let file: string;
const servers: ChildProcess[] = [];
const clients: AnyClient[] = [];

beforeEach(() => {
  ({ log, tracer } = memoryTracer());
  folder = mkdtempSync(join(tmpdir(), 'spanline-mcp-'));
  file = join(folder, 'shelf.ndjson');
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const server of servers.splice(0)) if (server.kill('SIGKILL')) await once(server, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

/** Lines of the server, once there is one that `test` accepts. */
async function served(test: (line: Line) => boolean): Promise<Line[]> {
  let lines: Line[] = [];
  await expect
    .poll(() => {
      lines = jsonLines(readFileSync(file, { encoding: 'utf8', flag: 'a+' }));
      return lines.some(test);
    })
    .toBe(true);
  return lines;
}

const isCall = (line: Line): boolean => line['mcp.method.name'] === 'tools/call';

async function transportTo(version: Version, server: string, kind: string, trust: string): Promise<never> {
  const args = [server, kind, file, trust];
  if (kind === 'stdio') return version.stdio(SHELF, args).transport;
  const child = fork(SHELF, args, { execArgv: [] });
  servers.push(child);
  const [port] = (await once(child, 'message')) as [number];
  return version.http(`http://127.0.0.1:${port}/mcp`);
}

async function connect(version: Version, server: string, kind: string, trust = 'trusting'): Promise<AnyClient> {
  const transport = await transportTo(version, server, kind, trust);
  const client = wrapMcp(version.client(), { tracer });
  clients.push(client);
  await client.connect(transport);
  log.clear();
  return client;
}

const PAIRS = [SDK1, SDK2, SDK2_STATELESS].flatMap((version) =>
  ['1', '2'].flatMap((server) => ['stdio', 'http'].map((kind) => ({ version, server, kind, name: version.name }))),
);

describe.each(PAIRS)('a client of $name and a server of version $server over $kind', ({ version, server, kind }) => {
  it('write one trace', async () => {
    const client = await connect(version, server, kind);
    await tracer.withSpan('outer', () => client.call('add', { a: 1, b: 2 }));
    const lines = (await served(isCall)).filter(isCall);
    expect(tree([...lines, ...log.lines()])).toBe('task outer\n  tool tools/call add\n    tool tools/call add');
    const [sent] = log.records() as unknown as Line[];
    const transport = kind === 'stdio' ? 'pipe' : 'tcp';
    for (const line of [sent, lines[0]])
      expect(line).toMatchObject({
        'network.transport': transport,
        'mcp.protocol.version': expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        'gen_ai.tool.call.result': '[{"type":"text","text":"3"}]',
      });
    expect(lines[0]).toMatchObject({ 'spanline.parent.remote': true, parent_span_id: sent?.['span_id'] });
    if (kind === 'http') expect(sent).toMatchObject({ 'server.address': '127.0.0.1', 'network.protocol.name': 'http' });
    expect(lines[0]?.['mcp.session.id']).toBe(sent?.['mcp.session.id']);
    expect(sent?.['mcp.session.id'] !== undefined).toBe(kind === 'http' && server === '1');
  });
});

describe.each([SDK1, SDK2])('over HTTP with a session, $name', (version) => {
  it('a call whose connection is cut is one call, with the session and the model that the server asks for', async () => {
    const sampler = async (): Promise<string> => {
      const [server] = servers;
      server?.send('cut');
      if (server !== undefined) await once(server, 'message');
      return 'tall';
    };
    const transport = await transportTo(version, '2', 'sessions', 'trusting');
    const client = wrapMcp(version.client(sampler), { tracer });
    clients.push(client);
    await client.connect(transport);
    log.clear();
    await tracer.withSpan('outer', () => client.call('ask', { question: 'How tall?' }));
    const lines = (await served(isCall)).filter((line) => line['mcp.method.name'] !== 'initialize');
    expect(tree([...lines, ...log.lines()])).toBe(
      [
        'task outer',
        '  tool tools/call ask',
        '    tool tools/call ask',
        '      task sampling/createMessage',
        '    llm sampling/createMessage',
      ].join('\n'),
    );
    const session = log.records().find((record) => record['span.kind'] === 'CLIENT')?.['mcp.session.id'];
    expect(session).toMatch(/^[\da-f-]{36}$/);
    for (const line of lines) expect(line).toMatchObject({ 'mcp.session.id': session, 'span.status': 'ok' });
    await (transport as { terminateSession(): Promise<void> }).terminateSession();
    await expect(client.call('add', { a: 1, b: 1 })).rejects.toThrow();
    expect(log.records().at(-1)).toMatchObject({ 'span.status': 'error' });
    expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
  });
});

describe.each([SDK1, SDK2])('over standard input and output, $name', (version) => {
  const server = version === SDK1 ? '1' : '2';

  it('a server that trusts nobody starts a trace of its own, linked to the caller', async () => {
    const client = await connect(version, server, 'stdio', 'wary');
    await client.call('add', { a: 1, b: 2 });
    const line = (await served(isCall)).find(isCall);
    const [sent] = log.records();
    expect(line).not.toHaveProperty('parent_span_id');
    expect(line).toMatchObject({ 'spanline.link.trace_id': sent?.trace_id });
    expect(line?.['trace_id']).not.toBe(sent?.trace_id);
  });

  it.each(['trusting', 'wary'])('a model that a %s server asks for is below the call that asks', async (trust) => {
    const client = await connect(version, server, 'stdio', trust);
    await client.call('ask', { question: 'How tall?' });
    expect(tree(log.lines())).toBe('tool tools/call ask\n  llm sampling/createMessage');
    expect(log.records().map(({ trace_id }) => trace_id)).toEqual([
      log.records()[1]?.trace_id,
      log.records()[1]?.trace_id,
    ]);
  });

  it('a server that is killed in the middle of a call is a closed connection', async () => {
    const client = await connect(version, server, 'stdio');
    await expect(client.call('kill', {}, { onprogress: () => undefined })).rejects.toThrow(/closed/i);
    expect(log.records()).toHaveLength(1);
    expect(log.records()[0]).toMatchObject({
      'span.status': 'error',
      'error.type': 'connection_closed',
      'spanline.error.class': 'network',
    });
    expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
  });

  it('a call that is taken back ends on both sides', async () => {
    const client = await connect(version, server, 'stdio');
    const controller = new AbortController();
    const call = client.call('hang', {}, { signal: controller.signal, onprogress: () => controller.abort() });
    await expect(call).rejects.toThrow(/abort/i);
    expect(log.records()[0]).toMatchObject({ 'span.status': 'aborted', 'spanline.mcp.progress': 1 });
    expect((await served(isCall)).find(isCall)).toMatchObject({ 'span.status': 'aborted' });
  });
});
