/** Secrets that are longer than the window of the detectors. */
import { expect, test } from 'vitest';
import { createTracer } from '@spanline/core';
import { createGuards, detectors, redactOutput } from '../src/index.ts';
import { WindowMatcher } from '../src/rules/window.ts';
import { failure } from './some-guards.ts';
import { piecesOf } from './texts.ts';

const guards = createGuards({
  guards: [redactOutput({ rules: detectors(), failMode: 'closed' })],
  tracer: createTracer({ enabled: false }),
});
const LETTERS = 'abcDEF0123456789ghiJKLmnoPQR';
const random = (length: number): string =>
  Array.from({ length }, (_, at) => LETTERS[(at * 7 + (at >> 3)) % LETTERS.length]).join('');

async function streamed(text: string): Promise<string> {
  let result = '';
  for await (const piece of guards.stream(piecesOf(text.match(/[^]{1,50}/g) ?? []))) result += piece;
  return result;
}

test.each([
  ['a token', `see eyJhbGciOiJIUzI1NiJ9.eyJ${random(6000)}.${random(43)} end`, 'see [JWT] end'],
  [
    'a private key',
    `key: -----BEGIN PRIVATE KEY-----\n${random(6000)}\n-----END PRIVATE KEY----- end`,
    'key: [PRIVATE_KEY] end',
  ],
  ['a password', `password: ${random(1500)} end`, 'password: [SECRET] end'],
  ['a key', `api_key="${random(3000)}" end`, 'api_key="[SECRET]" end'],
  ['a header', `Authorization: Bearer ${random(3000)} end`, 'Authorization: Bearer [CREDENTIAL] end'],
])('%s is found whole', async (_, text, expected) => {
  expect(await streamed(text)).toBe(expected);
});

test('of a key of more than 4,096 characters, a stream shows what the whole text shows: its tail', async () => {
  const text = `api_key="${random(5000)}" end`;
  const result = await streamed(text);
  expect(result).toBe(await guards.checkOutput(text));
  expect([result.startsWith('api_key="[SECRET]'), result.length > 900]).toEqual([true, true]);
});

test('a private key that never ends is held back up to maxHeld, then its guard fails: nothing of it leaves', async () => {
  const bounded = createGuards({
    guards: [redactOutput({ rules: detectors(), failMode: 'closed' })],
    tracer: createTracer({ enabled: false }),
    maxHeld: 20_000,
  });
  let [given, left] = [0, ''];
  async function* endless(): AsyncGenerator<string> {
    yield 'key: -----BEGIN PRIVATE KEY-----\n';
    for (; ; given++) yield `${random(63)}\n`;
  }
  const error = await failure(
    (async () => {
      for await (const piece of bounded.stream(endless())) left += piece;
    })(),
  );
  expect(error).toMatchObject({ reason: 'too_long' });
  expect('key: '.startsWith(left)).toBe(true);
  expect(given).toBeLessThan(20_000 / 64 + 2);
});

test('a match that goes on is searched in proportion to its length, however small the pieces are', () => {
  let searched = 0;
  const matcher = new WindowMatcher({
    before: 100,
    find(text) {
      searched += text.length;
      return [{ start: 5, end: text.length, rule: 'open' }];
    },
    undecidedFrom: () => 5,
  });
  for (let at = 0; at < 20_000; at++) expect(matcher.push('0123456789').decided).toBeLessThanOrEqual(5);
  expect(matcher.end()).toEqual({ found: [{ start: 5, end: 200_000, rule: 'open' }], decided: 200_000 });
  expect(searched).toBeLessThan(16 * 200_000);
});
