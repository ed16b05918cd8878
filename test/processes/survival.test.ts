import { describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../support/child.ts';

const PROGRAM = (end: string): string => `
import { createTracer } from '@spanline/core';
const tracer = createTracer({ service: { name: 'child' }, statsIntervalSeconds: 0 });
for (let index = 0; index < 500; index++) {
  tracer.startSpan({ name: 'ended ' + index, type: 'task' }).end();
}
${end}
`;

const ended = (stdout: string): number => jsonLines(stdout).filter((line) => line['span.status'] === 'ok').length;

describe('a span that has ended', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('survives %s right after', async (signal) => {
    const result = await runChild(PROGRAM(`process.kill(process.pid, '${signal}'); setInterval(() => {}, 1000);`));
    expect(result.signal).toBe(signal);
    expect(ended(result.stdout)).toBe(500);
  });

  it.each([
    ['process.exit', 'process.exit(3);', 3],
    ['an uncaught error', `throw new Error('crash');`, 1],
    ['an unhandled rejection', `Promise.reject(new Error('crash'));`, 1],
    ['a natural end', '', 0],
    ['an event loop that is frozen after flush()', `await tracer.flush(); process.kill(process.pid, 'SIGKILL');`, null],
  ])('survives %s', async (_, end, code) => {
    const result = await runChild(PROGRAM(end));
    expect(result.code).toBe(code);
    expect(ended(result.stdout)).toBe(500);
  });
});

describe('Ctrl-C', () => {
  const INTERRUPTED = (handler: string): string => `
import { createTracer } from '@spanline/core';
const tracer = createTracer({ service: { name: 'child' }, statsIntervalSeconds: 0 });
await tracer.flush();
const root = tracer.startSpan({ name: 'root', type: 'chain' });
tracer.startSpan({ name: 'ended step', type: 'tool', parent: root }).end();
${handler}
process.kill(process.pid, 'SIGINT');
setInterval(() => {}, 1000);
`;
  const HANDLER = `process.once('SIGINT', () => process.exit(130));`;
  const names = (stdout: string): unknown[] => jsonLines(stdout).map((line) => line['span.name']);

  it('without a handler ends the process as ever and loses what is open', async () => {
    const result = await runChild(INTERRUPTED(''));
    expect(result.signal).toBe('SIGINT');
    expect(names(result.stdout)).toEqual(['ended step']);
    const onTerminal = await runChild(INTERRUPTED(''), { env: { SPANLINE_PRETTY: '1' } });
    expect(onTerminal.signal).toBe('SIGINT');
    expect(onTerminal.stdout).toBe('');
  });

  it('with a handler that exits loses nothing', async () => {
    const result = await runChild(INTERRUPTED(HANDLER));
    expect(result.code).toBe(130);
    expect(names(result.stdout)).toEqual(['ended step', 'root']);
    const onTerminal = await runChild(INTERRUPTED(HANDLER), { env: { SPANLINE_PRETTY: '1', COLUMNS: '100' } });
    expect(onTerminal.stdout).toMatch(/root.+unfinished\n.+ended step/);
  });
});

describe('a trace that tail sampling holds back', () => {
  const HELD = (end: string): string => `
import { createTracer } from '@spanline/core';
const tracer = createTracer({ service: { name: 'child' }, statsIntervalSeconds: 0, sampling: { ratio: 0, tail: {} } });
const root = tracer.startSpan({ name: 'root', type: 'chain' });
tracer.startSpan({ name: 'held', type: 'tool', parent: root }).end();
${end}
`;
  const names = (stdout: string): unknown[] => jsonLines(stdout).map((line) => line['span.name']);

  it.each([
    ['SIGTERM', `process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`, 'SIGTERM', ['held']],
    ['SIGINT', `process.kill(process.pid, 'SIGINT'); setInterval(() => {}, 1000);`, 'SIGINT', ['held']],
    ['an uncaught error', `throw new Error('crash');`, null, ['held', 'root']],
    ['a natural end', '', null, ['held', 'root']],
    ['a shutdown', 'await tracer.shutdown();', null, ['held', 'root']],
    ['SIGKILL, which loses it', `process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);`, 'SIGKILL', []],
  ])('is written at %s', async (_, end, signal, expected) => {
    const result = await runChild(HELD(end));
    expect(result.signal).toBe(signal);
    expect(names(result.stdout)).toEqual(expected);
  });

  it('leaves a signal to the handler that the application has', async () => {
    const result = await runChild(
      HELD(`process.once('SIGTERM', () => { console.error('graceful'); process.exit(7); });
        process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`),
    );
    expect(result.code).toBe(7);
    expect(result.stderr).toContain('graceful');
    expect(names(result.stdout)).toEqual(['held', 'root']);
  });
});

describe('a span that is open when the process ends', () => {
  it.each([
    ['process.exit', 'process.exit(0);'],
    ['an uncaught error', `throw new Error('crash');`],
    ['a natural end', ''],
    [
      'SIGTERM with a graceful shutdown',
      `process.once('SIGTERM', () => void tracer.shutdown().then(() => process.exit(0)));
       process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 2000);`,
    ],
  ])('is written as unfinished at %s', async (_, end) => {
    const result = await runChild(
      PROGRAM(`const root = tracer.startSpan({ name: 'open', type: 'chain' });
        tracer.startSpan({ name: 'open child', type: 'llm', parent: root });
        ${end}`),
    );
    const unfinished = jsonLines(result.stdout).filter((line) => line['span.status'] === 'unfinished');
    expect(unfinished.map((line) => line['span.name'])).toEqual(['open child', 'open']);
  });

  it('does not change what a signal does to the process', async () => {
    const result = await runChild(PROGRAM(`console.error('ready'); setInterval(() => {}, 1000);`), {
      killWith: 'SIGTERM',
    });
    expect(result.signal).toBe('SIGTERM');
  });
});

describe('a stream that is read when the process ends', () => {
  const SERVER = `
    import { createServer } from 'node:http';
    import { once } from 'node:events';
    const server = createServer((req, res) => {
      const chunk = (delta) => 'data: ' + JSON.stringify({ id: 'c', model: 'gpt-4o', choices: [{ index: 0, delta }] }) + '\\n\\n';
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chunk({ role: 'assistant', content: 'one ' }) + chunk({ content: 'two ' }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseURL = 'http://127.0.0.1:' + server.address().port + '/v1';
    let seen = 0;
    const leave = (text) => { seen += text.length; if (seen >= 8) process.exit(0); };`;

  it.each([
    [
      'of a wrapped client',
      `import OpenAI from 'openai'; import { wrapOpenAI } from '@spanline/openai';
       const openai = wrapOpenAI(new OpenAI({ apiKey: 'x', baseURL }), { tracer });
       const asked = { model: 'gpt-4o', messages: [{ role: 'user', content: 'q' }], stream: true };
       for await (const { choices } of await openai.chat.completions.create(asked)) leave(choices[0].delta.content);`,
      { 'spanline.stream.chunks': 2, 'gen_ai.response.time_to_first_chunk': expect.any(Number) as number },
    ],
    [
      'of a model of LangChain',
      `import { ChatOpenAI } from '@langchain/openai'; import { SpanlineCallbackHandler } from '@spanline/langchain';
       const model = new ChatOpenAI({ model: 'gpt-4o', apiKey: 'x', configuration: { baseURL } });
       for await (const { text } of await model.stream('q', { callbacks: [new SpanlineCallbackHandler({ tracer })] })) leave(text);`,
      { 'gen_ai.response.time_to_first_chunk': expect.any(Number) as number },
    ],
    [
      'of a function',
      `import { llmSpan } from '@spanline/core';
       const words = llmSpan({ tracer, model: 'gpt-4o', messages: 'q' }, async function* () { yield 'one '; yield 'two '; });
       for await (const word of words) leave(word);`,
      { 'spanline.stream.chunks': 2 },
    ],
  ])('%s tells what came until then', async (_what, program, told) => {
    const { stdout, stderr } = await runChild(PROGRAM(`${SERVER}${program}`));
    const [line] = jsonLines(stdout).filter((each) => each['span.type'] === 'llm');
    expect(line, stderr).toMatchObject({ 'span.status': 'unfinished', 'gen_ai.request.model': 'gpt-4o', ...told });
    expect(line?.['gen_ai.output.messages']).toContain('one ');
    expect(line?.['gen_ai.input.messages']).toContain('"q"');
  });
});

describe('a stream that its consumer forgets', () => {
  it('is written as abandoned when it is collected', async () => {
    const result = await runChild(
      `
import { createTracer, observe } from '@spanline/core';
const tracer = createTracer({ service: { name: 'child' }, statsIntervalSeconds: 0 });
const stream = observe(async function* stream() { yield 'a'; yield 'b'; }, { tracer });
async function forget() { await stream().next(); }
await forget();
while (tracer.stats().open > 0) {
  globalThis.gc();
  await new Promise((resolve) => setTimeout(resolve, 10));
}
`,
      { nodeOptions: ['--expose-gc'] },
    );
    expect(jsonLines(result.stdout).map((line) => line['span.status'])).toEqual(['abandoned']);
  });
});

describe('a process with default options', () => {
  it('opens no socket, asks no name server and exits by itself', async () => {
    const result = await runChild(`
import net from 'node:net';
import dns from 'node:dns';
let opened = 0;
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) { opened++; return connect.apply(this, args); };
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) dns[name] = () => { opened++; };
const { createTracer, observe, score } = await import('@spanline/core');
const tracer = createTracer();
tracer.withSpan({ name: 'chat', type: 'llm' }, (span) => {
  span.set({ 'gen_ai.request.model': 'gpt-4o-mini', 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 5 });
});
observe((x) => x, { tracer, name: 'f' })(1);
tracer.score({ name: 's', value: 1 });
await tracer.flush();
process.on('exit', () => console.error('opened ' + opened));
`);
    expect(result.stderr).toContain('opened 0');
    expect(result.code).toBe(0);
    expect(jsonLines(result.stdout)[0]).toHaveProperty('spanline.cost.usd');
  });

  it('blames the variable that is wrong', async () => {
    const result = await runChild(`import { defaultTracer } from '@spanline/core'; defaultTracer();`, {
      env: { SPANLINE_CAPTURE: 'everything' },
    });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(
      'SPANLINE_CAPTURE must be one of full, redacted, hashed, metadata, got "everything"',
    );
  });
});
