import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type SpanRecord, validate } from '@spanline/core';
import { tree } from '@spanline/core/testing';
import { replay } from '@spanline/replay';
import { converse, type ConversationOptions } from '../src/conversation.ts';
import { logFile } from '../src/files.ts';
import type { Model } from '../src/model.ts';

/** The other processes load the compiled packages. */
const execArgv = ['--import', 'tsx'];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-chat-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function traceOf(
  question: string,
  folder = newFolder(),
  options: ConversationOptions = {},
): Promise<{ answer: string; trace: SpanRecord[] }> {
  const { answer, records } = await converse(folder, question, { execArgv, ...options });
  for (const record of records) expect(validate(record)).toEqual({ valid: true });
  const asked = records.find((record) => record['span.name'] === 'chat');
  return { answer, trace: records.filter(({ trace_id }) => trace_id === asked?.trace_id) };
}

/** The trees that people read are the one that the program makes. */
const PAGES = ['../README.md', '../../../docs/ai-sdk.md'] as const;

function shownTree(page: string): string {
  const text = readFileSync(new URL(page, import.meta.url), 'utf8');
  return /<!-- three processes -->\n+```\w+\n(?<tree>.*?)\n```/s.exec(text)?.groups?.['tree'] ?? '';
}

it('one question is one trace across three processes, and is replayed from its lines', async () => {
  const { answer, trace } = await traceOf('Where is order 7?');
  expect(answer).toBe('I looked it up: order 7 is on its way.');
  const seen = tree(trace, { attributes: ['service.name'] });
  for (const page of PAGES) expect(shownTree(page)).toBe(seen);
  const models = trace.filter((record) => record['span.type'] === 'llm');
  expect(models).toHaveLength(2);
  for (const model of models) {
    expect(model).toMatchObject({ 'gen_ai.conversation.id': 'chat-1', 'spanline.cost.usd': expect.any(Number) });
  }

  // Again: the service asks the recorded model, and its tools run for real.
  const recorded = replay(trace, { live: ['tools'] });
  const model = async (): Promise<Model> => {
    const { url, close } = await recorded.listen();
    return { url: `${url}/v1`, stop: close };
  };
  const again = await traceOf('Where is order 7?', newFolder(), { model });
  expect(again.answer).toBe(answer);
  expect(tree(again.trace)).toBe(tree(trace));
  recorded.verify();
});

it('a tool that fails is an error in both processes, and the answer says so', async () => {
  const { answer, trace } = await traceOf('Where is order 9?');
  expect(answer).toBe('I looked it up: there is no order 9.');
  const failed = trace.filter((record) => record['error.type'] === 'tool_error');
  expect(failed.map((record) => record['service.name']).toSorted()).toEqual(['api', 'shop']);
});

it('a client that leaves in the middle aborts the request and the call, and no line is lost', async () => {
  const folder = newFolder();
  const stop = new AbortController();
  // The tool has answered, and the model takes its time.
  const watcher = watch(folder, () => {
    const log = logFile(folder, 'api');
    if (existsSync(log) && readFileSync(log, 'utf8').includes('execute_tool')) stop.abort();
  });
  onTestFinished(() => watcher.close());
  const { answer, trace } = await traceOf('Where is order 7?', folder, { signal: stop.signal, latencyMs: 3000 });
  expect(answer).toBe('You left.');
  const statuses = trace.map((record) =>
    [record['service.name'], record['span.type'], record['span.status']].join(' '),
  );
  expect(statuses).toEqual(
    expect.arrayContaining([
      'web task aborted',
      'api http aborted',
      'api agent aborted',
      'api tool ok',
      'shop tool ok',
    ]),
  );
  expect(statuses.filter((status) => /error|unfinished|abandoned/.test(status))).toEqual([]);
});
