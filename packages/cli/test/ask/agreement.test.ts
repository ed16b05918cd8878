import { expect, it } from 'vitest';
import { cli, folderWith } from '../support/cli.ts';

/** Of 50 spans, people and the judge say yes to 20, no to 15, and disagree on 15. */
const PAIRS = [
  ...Array.from({ length: 20 }, () => ['yes', 'yes']),
  ...Array.from({ length: 5 }, () => ['yes', 'no']),
  ...Array.from({ length: 10 }, () => ['no', 'yes']),
  ...Array.from({ length: 15 }, () => ['no', 'no']),
];

const LOG = PAIRS.flatMap((labels, at) =>
  labels.map((label, side) =>
    JSON.stringify({
      '@timestamp': '2026-11-23T10:00:00.000Z',
      level: 'info',
      message: `score helpful ${label}`,
      'event.name': 'gen_ai.evaluation.result',
      'event.id': `boot-${at * 2 + side}`,
      'spanline.schema': '1.0',
      span_id: (at + 1).toString(16).padStart(16, '0'),
      'gen_ai.evaluation.name': 'helpful',
      'spanline.evaluation.label': label,
      'spanline.evaluation.source': side === 0 ? 'user' : 'llm_judge',
    }),
  ),
).join('\n');

it('scores --agreement compares judges with people', async () => {
  const cwd = folderWith({ 'app.ndjson': LOG });
  const { stdout: out, code } = await cli(['scores', 'app.ndjson', '--agreement'], { cwd });
  expect(code).toBe(0);
  expect(out).toMatch(
    /score\s+source\s+pairs\s+same\s+kappa\s+95 %\nhelpful\s+llm_judge\s+50\s+70 %\s+0\.40\s+0\.1\d to 0\.6\d\n/,
  );
  const json = await cli(['scores', 'app.ndjson', '--agreement', '--json'], { cwd });
  expect(JSON.parse(json.stdout)).toMatchObject({ agreement: [{ name: 'helpful', pairs: 50, same: 0.7 }] });
});

it('says that there is nothing to compare', async () => {
  const cwd = folderWith({ 'app.ndjson': LOG.split('\n')[0] as string });
  const { stdout: out, code } = await cli(['scores', 'app.ndjson', '--agreement'], { cwd });
  expect(code).toBe(1);
  expect(out).toContain('No span has scores of one name from both a person and a judge.');
});
