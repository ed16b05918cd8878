/** The table of a check: a row for each requirement. */

import { type CheckedRequirement, type CheckResult, formatMetric } from '@spanline/monitor/offline';
import { type Block, cell, type FilledColumn } from '../report/index.ts';

type Verdict = CheckedRequirement['verdict'];

const VERDICTS: Readonly<Record<Verdict, readonly [text: string, tone: 'green' | 'red' | 'yellow']>> = {
  met: ['✓ met', 'green'],
  broken: ['✗ broken', 'red'],
  no_data: ['✗ no data', 'red'],
  no_baseline: ['– needs a baseline', 'yellow'],
};

function noteOf({ metric, step, samples, suggestion }: CheckedRequirement): string[] {
  const what = step === undefined || samples > 0 ? `metric "${metric}"` : `step "${step}"`;
  return suggestion === undefined ? [] : [`The log has no ${what}. Did you mean "${suggestion}"?`];
}

/** The blocks of a check. @param hasNames - the requirements are rules, which have names */
export function checkBlocks({ requirements, isMet }: CheckResult, hasNames: boolean): Block[] {
  const column = (head: string, read: (one: CheckedRequirement) => string): FilledColumn => ({
    head,
    align: 'right',
    cells: requirements.map(read),
  });
  const rule: FilledColumn = { head: 'rule', isFlexible: true, cells: requirements.map(({ name }) => name) };
  const broken = requirements.filter(({ verdict }) => verdict !== 'met').length;
  const summary = isMet ? `All ${requirements.length} hold.` : `${broken} of ${requirements.length} do not hold.`;
  return [
    {
      kind: 'table',
      columns: [
        ...(hasNames ? [rule] : []),
        { head: 'must hold', isFlexible: true, cells: requirements.map(({ expression }) => expression) },
        column('is', ({ metric, value }) => (value === undefined ? '' : formatMetric(metric, value))),
        column('samples', ({ samples }) => cell.some(samples)),
        {
          head: '',
          cells: requirements.map(({ verdict }) => ({ text: VERDICTS[verdict][0], tone: VERDICTS[verdict][1] })),
        },
      ],
    },
    ...requirements.flatMap(noteOf).map((text): Block => ({ kind: 'text', text })),
    { kind: 'text', text: summary, tone: isMet ? 'green' : 'red' },
  ];
}
