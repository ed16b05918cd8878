import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChildResult, jsonLines, runChild } from '../support/child.ts';

/** Every way to trace without a tracer. `CREATE` is where the application creates its own. */
const PROGRAM = `
import { once } from 'node:events';
import { createServer } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import { RunnableLambda } from '@langchain/core/runnables';
import * as workflow from '@llamaindex/workflow';
import express from 'express';
import OpenAI from 'openai';
import { createLogger, createTracer, llmSpan, observe, rerankSpan, retrieverSpan, score, toolSpan } from '@spanline/core';
import { wrapAnthropic } from '@spanline/anthropic';
import { spanlineExpress } from '@spanline/express';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import { createMonitor } from '@spanline/monitor';
import { wrapOpenAI } from '@spanline/openai';

const SECRET = 'the private question';
const create = () => createTracer({ capture: 'metadata', logger: createLogger({}, process.env.LOG), service: { name: 'app' } });
/* BEFORE */
const provider = createServer((req, res) => {
  res.setHeader('content-type', 'application/json');
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, input_tokens: 1, output_tokens: 1 };
  const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: SECRET } }];
  res.end(JSON.stringify({ id: 'x', model: 'm', usage, choices, role: 'assistant', type: 'message', content: [{ type: 'text', text: SECRET }] }));
}).listen(0, '127.0.0.1');
await once(provider, 'listening');
const url = 'http://127.0.0.1:' + provider.address().port;

const openai = new OpenAI({ apiKey: 'none', baseURL: url + '/v1' });
const anthropic = new Anthropic({ apiKey: 'none', baseURL: url });
const handler = new SpanlineCallbackHandler();
const observed = observe(async function observed(question) { return question; });
class Service {
  async decorated(question) { return question; }
}
Service.prototype.decorated = observe({ name: 'decorated' })(Service.prototype.decorated);
const llm = {
  supportToolCall: true,
  metadata: { model: 'llama-1' },
  chat: async () => (async function* () { yield { delta: SECRET, raw: null }; })(),
};
const monitor = createMonitor();
if (process.env.REGISTERED !== 'yes') {
  wrapOpenAI(openai);
  wrapAnthropic(anthropic);
  instrumentLlamaIndex({ modules: [workflow] });
}
/* AFTER */
const messages = [{ role: 'user', content: SECRET }];
async function everything() {
  await observed(SECRET);
  await new Service().decorated(SECRET);
  retrieverSpan({ query: SECRET }, () => [{ id: 'd1', content: SECRET }]);
  rerankSpan({ query: SECRET, documents: [{ id: 'd1', content: SECRET }] }, () => [{ id: 'd1', content: SECRET }]);
  toolSpan({ tool: 'lookup', arguments: { q: SECRET } }, () => SECRET);
  llmSpan({ model: 'by-hand', messages }, () => ({ output: SECRET }));
  score({ name: 'tone', value: 1, explanation: SECRET });
  const callbacks = process.env.REGISTERED === 'yes' ? {} : { callbacks: [handler] };
  await RunnableLambda.from(async () => SECRET).withConfig({ runName: 'chain' }).invoke(SECRET, callbacks);
  await openai.chat.completions.create({ model: 'gpt-4o', messages });
  await anthropic.messages.create({ model: 'claude', max_tokens: 9, messages });
  await workflow.agent({ name: 'talker', llm }).run(SECRET);
}
await everything();
const app = express().use(spanlineExpress({ tracer: create.tracer }));
app.get('/ask', async (_req, res) => {
  await everything();
  res.send('done');
});
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
await fetch('http://127.0.0.1:' + server.address().port + '/ask');
server.close();
provider.close();
await new Promise((resolve) => server.on('close', resolve));
console.error('watched ' + monitor.metrics().values.requests);
await monitor.close();
await create.tracer.shutdown();
`;

const CREATE = 'create.tracer = create();';

const REGISTER = ['openai', 'anthropic', 'langchain', 'llamaindex'].flatMap((name) => [
  '--import',
  `@spanline/${name}/register`,
]);

/** The spans of one round through everything, from the application's log. */
const STEPS = [
  'observed',
  'decorated',
  'retrieval',
  'rerank',
  'execute_tool lookup',
  'chat by-hand',
  'chain',
  'chat gpt-4o',
  'chat claude',
  'chat llama-1',
  'step talker',
  'invoke_agent talker',
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanline-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const namesOf = (lines: readonly Record<string, unknown>[]): unknown[] =>
  lines.filter((line) => line['event.name'] === 'span.end').map((line) => line['span.name']);

describe('a program with one tracer that writes no content', () => {
  it.each([
    ['created first', (program: string) => program.replace('/* BEFORE */', CREATE), {}, []],
    ['created after what traces', (program: string) => program.replace('/* AFTER */', CREATE), {}, []],
    [
      'created after the entries of --import',
      (program: string) => program.replace('/* BEFORE */', CREATE),
      { REGISTERED: 'yes' },
      REGISTER,
    ],
  ])('has everything in its log, and content nowhere: %s', async (_case, place, env, nodeOptions) => {
    const file = join(folder, 'app.ndjson');
    const result: ChildResult = await runChild(place(PROGRAM), { env: { LOG: file, ...env }, nodeOptions });
    const log = readFileSync(file, 'utf8');
    expect(result.code).toBe(0);
    expect(result.stdout).toBe('');
    expect(namesOf(jsonLines(log))).toEqual([...STEPS, ...STEPS, 'GET /ask']);
    expect(result.stderr).toContain('watched 11');
    expect(jsonLines(log).filter((line) => line['gen_ai.evaluation.name'] === 'tone')).toHaveLength(2);
    for (const output of [log, result.stderr]) expect(output).not.toContain('private question');
  });
});
