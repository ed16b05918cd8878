import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, createTracer, withContext } from '@spanline/core';

/** How lines are spelled. */
export type ProfileName = 'otel' | 'ecs' | 'datadog';

/** Characters of the prompt of the second request: more than a container runtime and Fluent Bit take in one line by default. */
const LONG = 60_000;

/**
 * What an application writes to a file: two requests with a call of a model, a tool and a line of its own, a failure, a tool whose content has names with dots that collide, and a line that fills
 * the limit.
 */
export async function writtenLines(profile: ProfileName): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'spanline-agents-'));
  const file = join(dir, 'rag-api.log');
  const tracer = createTracer({
    service: { name: 'rag-api', version: '1.4.2', environment: 'production' },
    logger: createLogger({ profile, pretty: false }, file),
    capture: 'full',
    statsIntervalSeconds: 0,
  });
  for (const n of [1, 2]) {
    withContext({ requestId: `req-${n}`, sessionId: 's-1', userId: 'u-1', labels: { plan: 'pro' } }, () => {
      tracer.withSpan({ name: 'POST /ask', type: 'http', parent: null }, (request) => {
        request.set({ 'http.request.method': 'POST', 'http.route': '/ask', 'http.response.status_code': 200 });
        request.set({ 'url.path': '/ask', 'user_agent.original': 'curl/8', 'client.address': '10.0.0.7' });
        const content = n === 1 ? 'Where is the contract?' : `${'word '.repeat(LONG / 5)} quokkahaven`;
        tracer.withSpan({ name: 'chat gpt-4o', type: 'llm', input: [{ role: 'user', content }] }, (call) => {
          call.set({ 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' });
          call.set({ 'gen_ai.request.model': 'gpt-4o', 'gen_ai.response.finish_reasons': ['stop'] });
          call.set({ 'gen_ai.usage.input_tokens': 14, 'gen_ai.usage.output_tokens': 5 });
          call.output([{ role: 'assistant', content: 'In the drawer.' }]);
        });
        tracer.withSpan({ name: 'lookup', type: 'tool', input: { 'a.b': 1, a: 2, 'a.b.c': { 'd.e': 3 } } }, (tool) => {
          if (n === 2) tool.fail(new TypeError('no drawer'));
        });
        tracer.logger.info({ attempt: n, timing: { 'queue.ms': 3 } }, 'answered');
      });
    });
  }
  const long = 'long '.repeat(12_000);
  tracer.withSpan({ name: 'chat gpt-4o', type: 'llm', input: [{ role: 'user', content: long }] }, (call) => {
    call.set({ 'gen_ai.request.model': 'gpt-4o', 'spanline.prompt.template': long });
    call.output([{ role: 'assistant', content: long }]);
  });
  await tracer.shutdown();
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  rmSync(dir, { recursive: true, force: true });
  return lines;
}
