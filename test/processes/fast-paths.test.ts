import { expect, it } from 'vitest';
import { runChild } from '../support/child.ts';

/** Says on stdout which of V8's assumptions about built-in objects no longer hold. */
const TRACE = '--trace-protector-invalidation';

it('watched promises and iterators leave those of the application on their fast paths', async () => {
  const source = `
    import { createLogger, createTracer, observe } from '@spanline/core';
    import { wrapOpenAI } from '@spanline/openai';
    import OpenAI from 'openai';
    const tracer = createTracer({ logger: createLogger({}, '/dev/null'), statsIntervalSeconds: 0 });
    const answer = JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.' } }] });
    const headers = { 'content-type': 'application/json' };
    const fetch = () => Promise.resolve(new Response(answer, { headers }));
    const openai = wrapOpenAI(new OpenAI({ apiKey: 'test', maxRetries: 0, fetch }), { tracer });
    const ask = () => openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [] });
    const watch = (fn) => observe(fn, { tracer, name: 'watched' })();
    await ask();
    await ask().asResponse();
    await ask().withResponse();
    await openai.embeddings.create({ model: 'text-embedding-3-small', input: 'a' }).asResponse();
    await watch(ask);
    await watch(async () => undefined);
    const seen = [
      [...watch(() => ['a', 'b'].values())],
      [...watch(() => new Map([['c', 'd']]).keys())],
      [...watch(() => new Set(['e']).values())],
      [...watch(() => 'fg'[Symbol.iterator]())],
      [...watch(function* () { yield 'h'; })],
    ];
    console.log('seen ' + seen.flat().join(''));
    Object.defineProperty(Promise.resolve(), 'then', { value: Promise.prototype.then });
    Object.defineProperty([].values(), 'next', { value: () => ({ done: true }) });`;
  const { code, stdout, stderr } = await runChild(source, { nodeOptions: [TRACE] });
  expect(code, stderr).toBe(0);
  const [before, after] = stdout.split('seen abcefgh');
  expect(before).not.toContain('LookupChain');
  expect(after).toContain('PromiseThenLookupChain');
  expect(after).toContain('ArrayIteratorLookupChain');
});
