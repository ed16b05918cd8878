/** The steps in which two traces differ, for people. */

import type { ChainStep, Divergence } from '@spanline/query';
import { type Block, type Cell, cell, contentText } from '../report/index.ts';
import { nameOf } from './chain-blocks.ts';

const WHAT: Readonly<Record<Divergence['what'], string>> = {
  missing: 'only the first trace has it',
  added: 'only the second trace has it',
  got: 'it got something else',
  gave: 'it got the same and gave something else',
  ended: 'it got the same and ended otherwise',
};

/** Characters on each side of the place where two texts begin to differ. */
const AROUND = 80;

/** A text around the place where another begins to differ, in one line. */
function around(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const from = Math.max(0, at - AROUND);
  const shown = one.slice(from, at + AROUND).replaceAll(/\s+/g, ' ');
  return `${from > 0 ? '…' : ''}${shown}${at + AROUND < one.length ? '…' : ''}`;
}

type Fact = readonly [name: string, value: Cell];

function sides(name: string, before: string | undefined, after: string | undefined): Fact[] {
  const [one, other] = [before ?? '(nothing)', after ?? '(nothing)'];
  return one === other
    ? []
    : [
        [`${name}, first`, { text: around(one, other), tone: 'red' }],
        [`${name}, second`, { text: around(other, one), tone: 'green' }],
      ];
}

const asText = (value: unknown): string | undefined => (value === undefined ? undefined : contentText(value));

function factsOf({ before, after, what, changes }: Divergence): Fact[] {
  if (before === undefined || after === undefined) return [];
  const content =
    what === 'got'
      ? sides('got', asText(before.got), asText(after.got))
      : sides('gave', asText(before.gave), asText(after.gave));
  const ended = sides('ended', before.problem ?? 'ok', after.problem ?? 'ok');
  const inputs = changes
    .filter(({ key }) => !/^(?:gen_ai\.input\.messages|gen_ai\.tool\.call\.arguments|spanline\.input)$/.test(key))
    .flatMap(({ key, before: from, after: to }) => sides(key, from, to));
  return [...content, ...inputs, ...ended];
}

const placeOf = ({ before, after }: Divergence): ChainStep | undefined => before ?? after;

/** Most divergences that are shown with their texts: those behind the first are mostly its consequences. */
const MAX_SHOWN = 5;

/** The divergences, the first one first. @param steps - number of steps of the first trace */
export function divergenceBlocks(divergences: readonly Divergence[], steps: number): Block[] {
  const [first] = divergences;
  if (first === undefined)
    return [
      { kind: 'text', text: `The traces are alike: ${cell.amount(steps, 'step')} got, gave and ended the same.` },
    ];
  const left = divergences.length - MAX_SHOWN;
  return [
    ...divergences.slice(0, MAX_SHOWN).flatMap((one, index): Block[] => {
      const step = placeOf(one);
      if (step === undefined) return [];
      const facts = factsOf(one);
      return [
        { kind: 'heading', text: `${index === 0 ? 'They part at ' : ''}${nameOf(step)}: ${WHAT[one.what]}` },
        ...(facts.length === 0 ? [] : [{ kind: 'facts' as const, facts }]),
      ];
    }),
    ...(left > 0 ? [{ kind: 'text' as const, text: `${cell.amount(left, 'further step')} differ.` }] : []),
  ];
}
