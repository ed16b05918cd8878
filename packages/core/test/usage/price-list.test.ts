import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTracer, loadPrices } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';

const LIST = { 'house-1': { input: 1, output: 4 }, 'house-*': { input: 2, output: 8 } };

let server: Server;
let url: string;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.headers.authorization === 'Bearer wrong') response.writeHead(401).end();
    else answer(response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prices.json`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const json = (value: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(value));

/** The cost of a million tokens in and out of a model, on the line. */
function costOn(options: Parameters<typeof createTracer>[0], model: string): unknown {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, ...options });
  tracer
    .startSpan({ name: 'chat', type: 'llm' })
    .set({ 'gen_ai.request.model': model, 'gen_ai.usage.input_tokens': 1e6, 'gen_ai.usage.output_tokens': 1e6 })
    .end();
  return log.records()[0]?.['spanline.cost.usd'];
}

describe('a price list from a server', () => {
  it('prices calls as the option does', async () => {
    answer = json(LIST);
    const prices = await loadPrices(url);
    expect(prices).toEqual(LIST);
    expect(costOn({ prices }, 'house-1')).toBe(5);
    expect(costOn({ prices }, 'house-2')).toBe(10);
  });

  it.each([
    ['no JSON', '<html>', 'prices must be JSON'],
    ['an array', '[]', 'an object of model names and prices'],
    ['text', '"gpt-4o"', 'an object of model names and prices'],
    ['null', 'null', 'an object of model names and prices'],
    ['no price of the output', '{"a":{"input":1}}', 'prices.a.output'],
    ['a negative price', '{"a":{"input":-1,"output":1}}', 'prices.a.input'],
    ['a price without end', '{"a":{"input":1e999,"output":1}}', 'prices.a.input'],
    ['a price as text', '{"a":{"input":"1","output":1}}', 'prices.a.input'],
    ['an unknown unit', '{"a":{"input":1,"output":1,"units":{"web_search":1}}}', 'prices.a.units.web_search'],
    ['a prototype', '{"a":{"input":1,"output":1,"__proto__":{"x":1}}}', '__proto__'],
  ])('is refused with %s', async (_, body, message) => {
    answer = (response) => void response.end(body);
    await expect(loadPrices(url)).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
      message: expect.stringContaining(message) as string,
    });
  });

  it('is refused with more models than a list may have', async () => {
    answer = json(Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [`m${n}`, { input: 1, output: 1 }])));
    await expect(loadPrices(url)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
  });

  it('is refused when it does not end, or takes too long', async () => {
    answer = (response) => {
      const more = (): void => void (response.destroyed || response.write(' '.repeat(65_536), more));
      more();
    };
    await expect(loadPrices(url)).rejects.toMatchObject({ code: 'ERR_PRICES_UNAVAILABLE', expected: /bytes/ });
    answer = (response) => void response.write('{');
    await expect(loadPrices(url, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'ERR_PRICES_UNAVAILABLE' });
  });

  it('is refused when the server refuses it, is not there, or breaks off', async () => {
    answer = json(LIST);
    await expect(loadPrices(url, { headers: { authorization: 'Bearer wrong' } })).rejects.toMatchObject({
      code: 'ERR_PRICES_UNAVAILABLE',
      cause: { status: 401 },
    });
    await expect(loadPrices('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'ERR_PRICES_UNAVAILABLE' });
    answer = (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"a":', () => response.destroy());
    };
    await expect(loadPrices(url)).rejects.toMatchObject({ code: 'ERR_PRICES_UNAVAILABLE' });
  });

  it.each(['', 'prices.json', 'file:///etc/passwd', 'ftp://a/b', 'data:application/json,{}'])(
    'is not asked for by %j',
    async (given) => {
      await expect(loadPrices(given)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION', option: 'url' });
    },
  );
});

describe('the file of SPANLINE_PRICES', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-prices-'));
  const path = join(folder, 'prices.json');
  const setPath = (value: string): void => void vi.stubEnv('SPANLINE_PRICES', value);

  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(() => void vi.unstubAllEnvs());

  it('prices calls; prices in code win over it, model by model', () => {
    writeFileSync(path, JSON.stringify(LIST));
    setPath(path);
    expect(costOn({}, 'house-1')).toBe(5);
    expect(costOn({ prices: { 'house-1': { input: 3, output: 3 } } }, 'house-1')).toBe(6);
    expect(costOn({ prices: { 'house-1': { input: 3, output: 3 } } }, 'house-2')).toBe(10);
  });

  it.each([
    ['is not there', () => join(folder, 'none.json')],
    ['is a folder', () => folder],
    ['is no JSON', () => path],
  ])('is a clear error at start-up when it %s', (_, file) => {
    writeFileSync(path, '{');
    setPath(file());
    expect(() => createTracer({ logger: memoryLog().logger })).toThrow(/SPANLINE_PRICES must be/);
  });

  it('names the file and why it cannot be read, and does not show what is in it', () => {
    const missing = join(folder, 'none.json');
    setPath(missing);
    expect(() => createTracer()).toThrow(`${missing} cannot be read (ENOENT)`);
    writeFileSync(path, 'root:hunter2');
    setPath(path);
    const start = (): unknown => createTracer();
    expect(start).toThrow(`${path} is no JSON`);
    expect(start).toThrow(expect.not.objectContaining({ cause: expect.anything() as unknown }));
    expect(start).toThrow(/^(?!.*hunter2)/s);
  });

  it('names the price that is wrong', () => {
    writeFileSync(path, JSON.stringify({ a: { input: 1 } }));
    setPath(path);
    expect(() => createTracer({ logger: memoryLog().logger })).toThrow(/SPANLINE_PRICES\.a\.output/);
  });
});
