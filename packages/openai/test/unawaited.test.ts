import type { LLMock } from '@copilotkit/aimock';
import { describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../../../test/support/child.ts';
import { useProvider } from '../../../test/support/use-provider.ts';

let provider: LLMock;

useProvider((started) => {
  provider = started;
});

/** Runs `body` with clients of each version, plain or wrapped; what was rejected and nobody heard of is counted for each. */
async function run(body: string, ...clients: ('plain' | 'wrapped')[]): Promise<Record<string, unknown>[]> {
  const source = `
    import { setTimeout as wait } from 'node:timers/promises';
    import { createTracer, createLogger } from '@spanline/core';
    import { wrapOpenAI } from '@spanline/openai';
    const tracer = createTracer({ logger: createLogger({ pretty: false }), statsIntervalSeconds: 0 });
    let unheard = 0;
    process.on('unhandledRejection', () => unheard++);
    for (const version of ['openai4', 'openai5', 'openai', 'openai7']) {
      const { OpenAI } = await import(version);
      const failing = { model: 'gpt-4o', messages: [{ role: 'user', content: 'faulty' }] };
      for (const client of ${JSON.stringify(clients)}) {
        const plain = new OpenAI({ apiKey: 'test', baseURL: process.env.BASE + '/v1', maxRetries: 0 });
        const openai = client === 'wrapped' ? wrapOpenAI(plain, { tracer }) : plain;
        unheard = 0;
        ${body}
        console.log(JSON.stringify({ version, client, unheard }));
      }
    }
    process.exit(0);`;
  const { code, stdout, stderr } = await runChild(source, {
    env: { BASE: provider.url },
    nodeOptions: ['--expose-gc'],
  });
  expect(code, stderr).toBe(0);
  return jsonLines(stdout);
}

const versionsOf = (lines: readonly Record<string, unknown>[]) => lines.filter((line) => 'version' in line);
const spansOf = (lines: readonly Record<string, unknown>[]) =>
  lines.filter((line) => line['event.name'] === 'span.end').map((line) => [line['span.type'], line['span.status']]);

/** Until the rejection was reported. */
const SETTLE = 'while (unheard === 0) await wait(1);';

describe('a call that nobody waits for', () => {
  it.each([
    ['of chat', 'void openai.chat.completions.create(failing);'],
    ['of the Responses API', `void openai.responses.create({ model: 'gpt-4o', input: 'faulty' });`],
  ])('%s fails as unheard as without the wrapper, and is an error', async (_call, call) => {
    const lines = await run(`${call} ${SETTLE}`, 'plain', 'wrapped');
    expect(versionsOf(lines)).toEqual(
      ['openai4', 'openai5', 'openai', 'openai7'].flatMap((version) =>
        ['plain', 'wrapped'].map((client) => ({ version, client, unheard: 1 })),
      ),
    );
    expect(spansOf(lines)).toEqual(Array.from({ length: 4 }, () => ['llm', 'error']));
  });

  it('is abandoned once its promise is gone, and so is a stream that nobody reads', async () => {
    const lines = await run(
      `const ask = (more) => openai.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'plain' }], ...more });
      await (async () => { void ask(); await ask({ stream: true }); })();
      while (tracer.stats().open > 0) { await wait(10); gc(); }`,
      'wrapped',
    );
    expect(spansOf(lines)).toEqual(Array.from({ length: 8 }, () => ['llm', 'abandoned']));
  });
});

it('an error that is caught is reported once, through every helper', async () => {
  const body = `
    await openai.chat.completions.create(failing).catch(() => 0);
    await openai.chat.completions.create(failing).withResponse().catch(() => 0);
    await openai.chat.completions.create(failing).asResponse().catch(() => 0);
    await openai.responses.create({ model: 'gpt-4o', input: 'faulty' }).catch(() => 0);
    await wait(20);`;
  expect(versionsOf(await run(body, 'wrapped')).map(({ unheard }) => unheard)).toEqual([0, 0, 0, 0]);
});
