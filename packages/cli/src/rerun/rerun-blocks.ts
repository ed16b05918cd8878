/** The answer of `spanline rerun` as blocks. */
import { changeTone, differenceRange, differenceText, figureText } from '../figures.ts';
import { type Block, cell, type FilledColumn } from '../report/index.ts';
import type { Pair, PairedFigure } from './compare-sides.ts';
import type { JudgeEstimate } from './judge-costs.ts';
import { LOWER_IS_BETTER } from './judges.ts';
import type { Estimate } from './prices.ts';

const P_DIGITS = 3;
/** Characters of an answer in an example. */
const SHOWN = 600;

const usdText = (usd: number): string => (usd === 0 ? '$0' : cell.cost(usd));

function judgesText({ names, calls, mostUsd }: JudgeEstimate): string {
  const cost = mostUsd === undefined ? 'its cost is not known' : `at most ${usdText(mostUsd)}`;
  return `On top, judges ask a model (${names.join(', ')}): ${cell.amount(calls, 'call')}, ${cost}. --max-usd does not count them; their own budgets do.`;
}

/** Sentences that are shown before anything is sent. */
export function estimateText(
  { traces, calls, inputTokens, outputTokens, usd, mostUsd, unpriced }: Estimate,
  { judges, server }: { readonly judges: JudgeEstimate | undefined; readonly server: string },
): string {
  const cost =
    usd === undefined
      ? `unknown: no price is known of ${unpriced.join(', ')} (--price)`
      : `${usdText(usd)}${mostUsd === undefined ? '' : ` (at most ${usdText(mostUsd)})`}`;
  return [
    `To be sent to ${server}: ${cell.amount(calls, 'model call')} of ${cell.amount(traces, 'trace')}.`,
    `Tokens, as recorded: ${cell.count(inputTokens)} of input, ${cell.count(outputTokens)} of output.`,
    `Estimated cost: ${cost}.`,
    ...(judges === undefined ? [] : [judgesText(judges)]),
    '',
  ].join('\n');
}

/** Reasons and their counts, the most frequent first. */
export function reasonBlock(heading: string, reasons: ReadonlyMap<string, number>): Block[] {
  if (reasons.size === 0) return [];
  const facts = [...reasons].toSorted(([, a], [, b]) => b - a);
  return [
    { kind: 'heading', text: heading },
    { kind: 'facts', facts: facts.map(([reason, count]) => [cell.count(count), reason] as const) },
  ];
}

/** The figures of both sides. */
export function figuresTable(figures: readonly PairedFigure[]): Block {
  const column = (head: string, read: (figure: PairedFigure) => string, drop = 0): FilledColumn => ({
    head,
    align: 'right',
    drop,
    cells: figures.map((figure) => ({
      text: read(figure),
      tone: changeTone({ isChange: /better|worse/.test(figure.verdict), isWorse: figure.verdict === 'worse' }),
    })),
  });
  return {
    kind: 'table',
    columns: [
      { head: 'mean of a trace', isFlexible: true, cells: figures.map(({ name }) => name) },
      column('recorded', ({ before, unit }) => figureText(before, unit)),
      column('rerun', ({ after, unit }) => figureText(after, unit)),
      column('difference', ({ difference, unit }) => differenceText(difference.value, unit)),
      column('95 %', ({ difference, unit }) => differenceRange(difference, unit), 1),
      column('p', ({ p }) => p.toFixed(P_DIGITS), 2),
      column('', ({ verdict }) => verdict),
      column('better, same, worse', ({ wins, ties, losses }) => `${wins}, ${ties}, ${losses}`, 3),
    ],
  };
}

const cut = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

function exampleOf({ traceId, question, before, after }: Pair, name: string | undefined): Block {
  const score = (side: Pair['before']): string =>
    name === undefined ? '' : ` (${name} ${Number(side.scores.get(name)?.toPrecision(3))})`;
  const said = ({ answer, toolCalls, isError }: Pair['before']): string =>
    isError ? 'an error' : answer || (toolCalls.length > 0 ? `calls ${toolCalls.join(', ')}` : 'nothing');
  return {
    kind: 'content',
    title: `trace ${cell.id(traceId)}`,
    text: [
      `question: ${cut(question)}`,
      `recorded${score(before)}: ${cut(said(before))}`,
      `rerun${score(after)}: ${cut(said(after))}`,
    ].join('\n'),
  };
}

/** Traces with the largest differences of the first score that moved; without one, the first traces. */
export function exampleBlocks(pairs: readonly Pair[], figures: readonly PairedFigure[], count: number): Block[] {
  if (count === 0 || pairs.length === 0) return [];
  const moved = figures.filter(({ unit, wins, losses }) => unit === 'score' && wins + losses > 0);
  const name = (moved.find(({ verdict }) => verdict === 'worse' || verdict === 'better') ?? moved[0])?.name;
  if (name === undefined) {
    return [{ kind: 'heading', text: 'Answers' }, ...pairs.slice(0, count).map((pair) => exampleOf(pair, undefined))];
  }
  const sign = LOWER_IS_BETTER.has(name) ? -1 : 1;
  const gain = ({ before, after }: Pair): number =>
    sign * ((after.scores.get(name) ?? Number.NaN) - (before.scores.get(name) ?? Number.NaN));
  const ordered = pairs
    .filter((pair) => gain(pair) !== 0 && !Number.isNaN(gain(pair)))
    .toSorted((a, b) => gain(b) - gain(a));
  const wins = ordered.filter((pair) => gain(pair) > 0).slice(0, count);
  const losses = ordered
    .filter((pair) => gain(pair) < 0)
    .toReversed()
    .slice(0, count);
  return [
    ...(wins.length === 0
      ? []
      : [{ kind: 'heading' as const, text: `Better by ${name}` }, ...wins.map((pair) => exampleOf(pair, name))]),
    ...(losses.length === 0
      ? []
      : [{ kind: 'heading' as const, text: `Worse by ${name}` }, ...losses.map((pair) => exampleOf(pair, name))]),
  ];
}
