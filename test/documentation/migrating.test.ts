import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonSchema } from '@spanline/core';
import { renderTrace } from '@spanline/core/pretty';
import { type ChildResult, jsonLines, runChild } from '../support/child.ts';
import { USAGE } from '../support/provider.ts';

const PAGE = readFileSync(new URL('../../docs/migrating.md', import.meta.url), 'utf8');
const SECTIONS = {
  langfuse: 'Langfuse',
  langsmith: 'LangSmith',
  phoenix: 'Phoenix and OpenInference',
  decorator: 'A JSON log decorator',
};
type Name = keyof typeof SECTIONS;
const NAMES = Object.keys(SECTIONS) as Name[];
const ANSWER = 'Within 14 days.';

function sectionOf(name: Name): string {
  const [, text = ''] = PAGE.split(`\n## ${SECTIONS[name]}\n`);
  return text.split('\n## ')[0] ?? '';
}

/** The two programs of a section: theirs, then ours. */
function programsOf(name: Name): { theirs: string; ours: string } {
  const section = sectionOf(name);
  const [theirs = '', ours = ''] = [...section.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
  return { theirs, ours };
}

let provider: LLMock;
let intake: Server;
let received: { url: string; body: string }[] = [];

beforeAll(async () => {
  provider = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  provider.on({ userMessage: 'refunds' }, { content: ANSWER, usage: USAGE });
  await provider.start();
  intake = createServer((req, res) => {
    let body = '';
    req.setEncoding('latin1').on('data', (piece: string) => (body += piece));
    req.on('end', () => {
      received.push({ url: req.url ?? '', body });
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(intake, 'listening');
});

afterAll(async () => {
  await provider.stop();
  intake.closeAllConnections();
  await new Promise((closed) => intake.close(closed));
});

/** What the vendors are told in their own variables; nothing leaves the machine. */
function environment(): Record<string, string> {
  const url = `http://127.0.0.1:${(intake.address() as AddressInfo).port}`;
  return {
    OPENAI_API_KEY: 'test',
    OPENAI_BASE_URL: `${provider.url}/v1`,
    LANGFUSE_BASE_URL: url,
    LANGFUSE_PUBLIC_KEY: 'pk',
    LANGFUSE_SECRET_KEY: 'sk',
    LANGSMITH_TRACING: 'true',
    LANGSMITH_ENDPOINT: url,
    LANGSMITH_API_KEY: 'test',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    PHOENIX_HOST: url,
  };
}

function run(name: Name, whose: 'theirs' | 'ours', env: Record<string, string> = {}): Promise<ChildResult> {
  const isRegistered = name === 'phoenix' && whose === 'ours';
  const nodeOptions = isRegistered ? ['--import', '@spanline/openai/register'] : [];
  return runChild(programsOf(name)[whose], { compile: {}, nodeOptions, env: { ...environment(), ...env } });
}

/** Names, types and names of the parents, in the order in which the spans ended. */
function treeOf(lines: readonly Record<string, unknown>[]): unknown[] {
  const spans = lines.filter((line) => line['event.name'] === 'span.end');
  const nameOf = (id: unknown): unknown => spans.find((span) => span['span_id'] === id)?.['span.name'];
  return spans.map((span) => [span['span.name'], span['span.type'], nameOf(span['parent_span_id'])]);
}

describe.each(NAMES)('coming from %s', (name) => {
  it('our program writes the tree, for the user, the session and the label, with tokens and the score', async () => {
    const { code, stdout, stderr } = await run(name, 'ours');
    expect([code, stderr.trim()]).toEqual([0, ANSWER]);
    const lines = jsonLines(stdout);
    expect(treeOf(lines)).toEqual([
      ['retrieve', 'retriever', 'answer'],
      ['build_prompt', 'prompt', 'answer'],
      ['chat gpt-4o-mini', 'llm', 'answer'],
      ['answer', 'chain', undefined],
    ]);
    const spans = lines.filter((line) => line['event.name'] === 'span.end');
    for (const span of spans) {
      expect(span).toMatchObject({ 'session.id': 's1', 'user.id': 'u1', 'labels.plan': 'pro', 'span.status': 'ok' });
    }
    const [retrieve, , chat, root] = spans;
    expect(retrieve).toMatchObject({ 'spanline.retrieval.count': 2, 'spanline.retrieval.score_min': 0.72 });
    expect(chat).toMatchObject({
      'gen_ai.usage.input_tokens': USAGE.prompt_tokens,
      'gen_ai.usage.output_tokens': USAGE.completion_tokens,
      'spanline.cost.usd': expect.any(Number),
    });
    expect(root).toMatchObject({ 'spanline.tags': ['docs'], 'spanline.output': JSON.stringify(ANSWER) });
    expect(lines.find((line) => line['event.name'] === 'gen_ai.evaluation.result')).toMatchObject({
      trace_id: root?.['trace_id'],
      span_id: root?.['span_id'],
      'session.id': 's1',
      'gen_ai.evaluation.name': 'grounded',
      'gen_ai.evaluation.score.value': 1,
      'spanline.evaluation.label': 'true',
      'gen_ai.evaluation.explanation': 'documents',
    });
  });

  it('their program runs as well, and reports the same attributes', async () => {
    received = [];
    const { code, stdout, stderr } = await run(name, 'theirs');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(ANSWER);
    const told = stdout + received.map(({ body }) => body).join('\n');
    for (const what of ['retrieve', 'build_prompt', 'answer', 's1', 'u1', 'grounded']) expect(told).toContain(what);
  });
});

it('scores from another process join the answer by its stored ids', async () => {
  const answered = jsonLines((await run('langfuse', 'ours')).stdout);
  const root = answered.find((line) => line['span.name'] === 'answer');
  const [, code = ''] = /## Scores from another process[\s\S]*?^```ts\n([\s\S]*?)^```/m.exec(PAGE) ?? [];
  const [traceId = '', spanId = ''] = [...code.matchAll(/'([0-9a-f]{16,})'/g)].map(([, id = '']) => id);
  const judging = code.replace(traceId, String(root?.['trace_id'])).replace(spanId, String(root?.['span_id']));
  const { code: exitCode, stdout, stderr } = await runChild(judging, { compile: {} });
  expect(exitCode, stderr).toBe(0);
  const scores = jsonLines(stdout);
  const [thumbs, faithfulness, solved] = scores;
  expect(scores.map((line) => line['event.name'])).toEqual(Array(3).fill('gen_ai.evaluation.result'));
  for (const line of [thumbs, faithfulness]) {
    expect(line).toMatchObject({ trace_id: root?.['trace_id'], span_id: root?.['span_id'] });
    expect(line?.['process.pid']).not.toBe(root?.['process.pid']);
  }
  expect(solved).toMatchObject({ 'session.id': root?.['session.id'], 'spanline.evaluation.label': 'true' });
  expect(renderTrace([...answered, ...scores] as never)).toContain('score thumbs up');
});

describe('the tables', () => {
  const rows = NAMES.map((name) => [name, tableOf(sectionOf(name))] as const);

  it.each(rows)('of %s name only fields that the schema has', (_name, table) => {
    const known = fieldsOfSchema();
    const named = table.flatMap((cells) => fieldsIn(cells.at(-1) ?? ''));
    expect(named.length).toBeGreaterThan(5);
    const isKnown = (field: string): boolean =>
      known.some((key) => (/[.*>]$/.test(field) ? key.startsWith(field.replace(/[*<].*$/, '')) : key === field));
    expect(named.filter((field) => !isKnown(field))).toEqual([]);
  });

  it('map each field of the decorator, of successful and of failed calls', async () => {
    const fields = tableOf(sectionOf('decorator')).map(([theirs = '', ours = '']) => [
      fieldsIn(theirs)[0] ?? '',
      fieldsIn(ours)[0] ?? '',
    ]);
    const failing = { OPENAI_BASE_URL: `${provider.url}/nowhere` };
    for (const env of [{}, failing]) {
      const theirs = linesNamed((await run('decorator', 'theirs', env)).stdout, 'event', 'function_call', 'function');
      const ours = linesNamed((await run('decorator', 'ours', env)).stdout, 'event.name', 'span.end', 'span.name');
      expect(Object.keys(theirs)).toEqual(['retrieve', 'build_prompt', 'answer']);
      for (const [name, line] of Object.entries(theirs)) {
        for (const key of Object.keys(line)) expect(fields.map(([field]) => field)).toContain(key);
        for (const [field = '', key = ''] of fields) expectSame(field, line[field], ours[name]?.[key]);
      }
    }
  });
});

/** Cells of the rows of the last table of a section, without its head. */
function tableOf(section: string): string[][] {
  const lines = section.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(1).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function fieldsIn(cell: string): string[] {
  return [...cell.matchAll(/`([@\w.*<>]+)`/g)].map(([, field = '']) => field);
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

function fieldsOfSchema(): string[] {
  const { properties = {} } = jsonSchema('otel') as Schema;
  return [...Object.keys(properties), 'labels.'];
}

/** Lines by the name of the function they tell of. */
function linesNamed(text: string, key: string, value: string, name: string): Record<string, Record<string, unknown>> {
  const lines = jsonLines(text).filter((line) => line[key] === value);
  return Object.fromEntries(lines.map((line) => [String(line[name]), line]));
}

const SAME_VALUE: ReadonlySet<string> = new Set(['function', 'session_id', 'user_id', 'error_message']);
const STATUS: Readonly<Record<string, string>> = { success: 'ok', error: 'error' };

function expectSame(field: string, theirs: unknown, ours: unknown): void {
  expect(typeof ours, field).toBe(typeof theirs);
  if (SAME_VALUE.has(field)) expect(ours, field).toBe(theirs);
  if (field === 'status') expect(ours).toBe(STATUS[String(theirs)]);
}
