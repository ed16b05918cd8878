/** Answers that are kept. */

import { appendFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { open } from '@spanline/query';
import { createStore } from '../src/server/store.ts';
import { logWith, spanLine } from './support/lines.ts';

it('reads the values of a growing log anew, but not for each line', async () => {
  const file = logWith([spanLine({ trace: 1, span: 1 }, { 'session.id': 'a' })]);
  let nowMs = 0;
  const store = createStore(open(file), () => nowMs);
  onTestFinished(() => store.close());
  const sessions = async (): Promise<string[]> => (await store.values('session')).map(({ value }) => value);
  expect(await sessions()).toEqual(['a']);
  appendFileSync(file, `${spanLine({ trace: 2, span: 2 }, { 'session.id': 'b' })}\n`);
  store.changed();
  expect(await sessions()).toEqual(['a']);
  nowMs = 60_000;
  expect((await sessions()).toSorted()).toEqual(['a', 'b']);
});
