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

/** A name that the log does not have, and the one that was probably meant. */
function noteOf({ metric, step, samples, verdict, suggestion }: CheckedRequirement): string[] {
  if (verdict !== 'no_data') return [];
  const isStepUnknown = step !== undefined && samples === 0;
  const missing = `The log has no ${isStepUnknown ? `step "${step}"` : `metric "${metric}"`}.`;
  if (suggestion !== undefined) return [`${missing} Did you mean "${suggestion}"?`];
  return isStepUnknown ? [missing] : [];
}

/** The verdict at the end of a check. */
function verdictBlock({ requirements, isMet }: CheckResult, isWhole: boolean): Block {
  const broken = requirements.filter(({ verdict }) => verdict !== 'met').length;
  if (!isMet) return { kind: 'text', text: `${broken} of ${requirements.length} do not hold.`, tone: 'red' };
  if (!isWhole) return { kind: 'text', text: 'No verdict: not all of the log was read.', tone: 'red' };
  return {
    kind: 'text',
    text: requirements.length === 1 ? 'It holds.' : `All ${requirements.length} hold.`,
    tone: 'green',
  };
}

/**
 * The blocks of a check.
 *
 * @param isWhole - all of the log was read
 * @param hasNames - the requirements are rules, which have names
 */
export function checkBlocks({ isWhole, ...result }: CheckResult & { isWhole: boolean }, hasNames: boolean): Block[] {
  const { requirements } = result;
  const column = (head: string, read: (one: CheckedRequirement) => string): FilledColumn => ({
    head,
    align: 'right',
    cells: requirements.map(read),
  });
  const rule: FilledColumn = { head: 'rule', isFlexible: true, cells: requirements.map(({ name }) => name) };
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
    verdictBlock(result, isWhole),
  ];
}
