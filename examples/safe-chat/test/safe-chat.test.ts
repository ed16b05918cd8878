import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startViewer } from '@spanline/viewer';
import { expectReplay } from '../../../test/support/replayed.ts';
import { createChat } from '../src/chat.ts';
import { run } from '../src/run.ts';

type Line = Readonly<Record<string, unknown>>;

test('an injection, an address and a made-up fee are caught, logged, alerted and seen', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'safe-chat-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'chat.ndjson');
  const { answers, alerts } = await run(file);

  expect(answers).toEqual([
    'The notice period is three months.',
    'Write to [EMAIL] about your lease.',
    'The cancellation fee is 4711 euros.',
  ]);
  expect(alerts).toEqual(expect.arrayContaining(['Low Faithfulness', 'Prompt Injection', 'Safety Triggers']));

  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain('jane.doe@example.org');
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const verdicts = lines.filter((line) => line['span.type'] === 'guardrail');
  const count = (name: string, action: string): number =>
    verdicts.filter((line) => line['spanline.guardrail.name'] === name && line['spanline.guardrail.action'] === action)
      .length;
  expect([count('prompt_injection', 'block'), count('prompt_injection', 'pass')]).toEqual([3, 6]);
  expect([count('leakage', 'redact'), count('leakage', 'pass')]).toEqual([1, 2]);
  const scores = lines.filter((line) => line['gen_ai.evaluation.name'] === 'faithfulness');
  expect(scores.map((line) => line['gen_ai.evaluation.score.value'])).toContain(0);
  const fired = lines
    .filter((line) => line['spanline.alert.event'] === 'fired')
    .map((line) => line['spanline.alert.name']);
  expect(fired).toEqual(expect.arrayContaining(['Low Faithfulness', 'Prompt Injection', 'Safety Triggers']));

  const viewer = await startViewer({ source: file });
  onTestFinished(() => viewer.close());
  const entered = await fetch(viewer.url, { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const ask = async (path: string): Promise<string> =>
    (await fetch(new URL(`/api/v1/${path}`, viewer.url), { headers: { cookie } })).text();
  const shown = await ask('alerts');
  for (const name of ['Low Faithfulness', 'Prompt Injection', 'Safety Triggers']) expect(shown).toContain(name);
  const stopped = verdicts.find((line) => line['spanline.guardrail.action'] === 'block');
  expect(await ask(`trace/${String(stopped?.['trace_id'])}`)).toContain('guard prompt_injection');

  // Each question again, from its lines: a streamed model, and guards that decide anew.
  const roots = lines.filter((line) => line['span.name'] === 'chat' && line['event.name'] === 'span.end');
  expect(roots).toHaveLength(3);
  for (const { trace_id: id } of roots)
    await expectReplay(
      lines.filter((line) => line['trace_id'] === id),
      (question: string, { tracer }) => createChat(tracer, 'https://model.invalid/v1').ask(question),
      // The line of the model has a placeholder in the place of the address, in which the guard finds none.
      (answer) => String(answer).replace('[EMAIL_1]', '[EMAIL]'),
    );
});
