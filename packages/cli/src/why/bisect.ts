/** `spanline bisect`: the changes of versions, prompts, models, tools and retrievers that moved a figure. */

import {
  ALL,
  bisect as bisectLog,
  type BisectedMove,
  type Bisection,
  type SettingChange,
  toTest,
} from '@spanline/query';
import { changeTone, differenceRange, figureText } from '../figures.ts';
import { type Block, cell, type FilledColumn, type Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';

const HELP = `spanline bisect [source] [filter]

Finds the times at which latency, errors, tokens, cost and scores of traces moved, and the settings that changed then:
service.version, prompt (version or hash), model, tools, retriever. A filter passes traces in which a span passes.

A figure moves if a change-point test on ranks says so (blocks of neighbours are permuted; 5 %, corrected for the number
of figures). The place has an interval of 95 %. Several settings that changed in it are confounded: the lines cannot tell
which of them did it. A figure needs 30 traces.

  --only figures  p50_ms,p95_ms,error_rate,tokens,cost_usd or names of scores (all)
  --settings      also all changes of settings, with those that moved nothing
  --gate          exit code 1 if a figure became worse, and did not go back. A weekend with which the log begins or ends
                  does not count.
`;

const P_DIGITS = 3;
/** Courses that blame no change. */
const PASSES_GATE: ReadonlySet<BisectedMove['course']> = new Set(['passing', 'weekend']);

/** `prompt: answer 3 → answer 4`, or the share of a value that got a part of the traces. */
function changeText({ setting, before, after, moved }: SettingChange): string {
  if (before !== after) return `${setting}: ${before} → ${after}`;
  return `${setting}: ${moved.value} in ${cell.percent(moved.before)} → ${cell.percent(moved.after)} of the traces`;
}

const span = (fromMs: number, toMs: number): string => {
  const [from, to] = [cell.time(fromMs), cell.time(toMs)];
  if (from === '' || to === '') return `${from}${to}`;
  return `${from} to ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to}`;
};

function headOf(settings: readonly SettingChange[]): string {
  if (settings.length === 0) return 'No setting on the lines changed then';
  return settings.map(changeText).join(' · ');
}

const namesOf = (settings: readonly SettingChange[]): string => settings.map(({ setting }) => setting).join(', ');

/** A sentence on a move that is not one step. */
function courseOf({ course, settings, stayed, atMs, counterparts }: BisectedMove): string {
  if (course === 'step') return '';
  if (course === 'weekend')
    return ' On one side of the move the log has a weekend alone, which may differ like this. A log of whole weeks tells.';
  const sudden = settings.filter(({ during }) => during === 0);
  if (course === 'gradual') {
    const alone = sudden.length === 0 ? '' : `: ${namesOf(sudden)}, which changed at once, cannot explain that alone`;
    return ` The figure moved gradually${alone}.`;
  }
  const isUndone = counterparts.some(({ fromMs }) => fromMs > atMs);
  const back = isUndone ? 'The figure goes back later' : 'The figure was at this level before';
  const likely = ' A weekend, an incident or a batch job passes like this.';
  if (stayed.length === 0) return ` ${back}.${settings.length === 0 ? likely : ''}`;
  const then = isUndone ? 'does not' : 'had its old value then';
  return ` ${back}, and ${namesOf(stayed)} ${then}: it is not the cause alone.${likely}`;
}

/** Sentences below a heading. */
function verdictOf(settings: readonly SettingChange[]): string {
  const slow = settings.filter(({ during }) => during > 0);
  const rollOut = slow.map(({ setting, fromMs, toMs }) => ` ${setting} changed gradually, from ${span(fromMs, toMs)}.`);
  if (settings.length === 0) {
    return 'The cause is outside of the lines: traffic, a provider, a data source, a setting that is not recorded.';
  }
  const first =
    settings.length === 1
      ? 'The only setting that changed then.'
      : `Confounded: ${settings.length} settings changed at the same time. The lines cannot tell which of them did it.`;
  return first + rollOut.join('');
}

function movesTable(moves: readonly BisectedMove[]): Block {
  const column = (head: string, read: (move: BisectedMove) => string, drop = 0): FilledColumn => ({
    head,
    align: 'right',
    drop,
    cells: moves.map((move) => ({ text: read(move), tone: changeTone({ isChange: true, isWorse: move.isWorse }) })),
  });
  return {
    kind: 'table',
    columns: [
      { head: 'figure', isFlexible: true, cells: moves.map(({ title }) => title) },
      column('before', ({ before, unit }) => figureText(before.value, unit)),
      column('after', ({ after, unit }) => figureText(after.value, unit)),
      column('difference (95 %)', ({ difference, unit }) => differenceRange(difference, unit), 1),
      column('p', ({ p }) => p.toFixed(P_DIGITS), 3),
      { head: 'place (UTC, 95 %)', cells: moves.map(({ fromMs, toMs }) => span(fromMs, toMs)) },
      column('traces', ({ before, after }) => `${cell.count(before.traces)}, ${cell.count(after.traces)}`, 2),
    ],
  };
}

/** Moves with the same settings are one finding. */
function findings(moves: readonly BisectedMove[]): Block[] {
  const groups = new Map<string, BisectedMove[]>();
  for (const move of moves) {
    const places = move.settings.length === 0 ? [move.fromMs, move.toMs] : move.settings.map(({ fromMs }) => fromMs);
    const key = JSON.stringify([move.settings.map(changeText), places, courseOf(move)]);
    groups.set(key, [...(groups.get(key) ?? []), move]);
  }
  return [...groups.values()].flatMap((group): Block[] => {
    const settings = group[0]?.settings ?? [];
    const course = group.slice(0, 1).map(courseOf).join('');
    const isPlain = settings.length === 1 && course === '';
    return [
      { kind: 'heading', text: headOf(settings) },
      { kind: 'text', text: verdictOf(settings) + course, tone: isPlain ? 'plain' : 'yellow' },
      movesTable(group),
    ];
  });
}

function settingsTable({ settings, moves }: Bisection): Block[] {
  if (settings.length === 0) return [{ kind: 'text', text: 'No setting changed.' }];
  const moved = (change: SettingChange): string =>
    moves.flatMap((move) => (move.settings.includes(change) ? [move.title] : [])).join(', ');
  return [
    { kind: 'heading', text: 'Changes of settings' },
    {
      kind: 'table',
      columns: [
        { head: 'change', isFlexible: true, least: 40, cells: settings.map(changeText) },
        { head: 'from (UTC)', cells: settings.map(({ fromMs }) => cell.time(fromMs)) },
        { head: 'to', drop: 1, cells: settings.map(({ toMs }) => cell.time(toMs)) },
        { head: 'moved', isFlexible: true, cells: settings.map(moved) },
      ],
    },
  ];
}

function notesOf({ tested, tooFew, leftOut }: Bisection): Block[] {
  const few = tooFew.map(({ title }) => title).join(', ');
  const notes = [
    tooFew.length === 0 || tested.length === 0 ? '' : `Fewer than 30 traces have ${few}.`,
    leftOut === 0 ? '' : `Left out beyond the first 500,000 traces: ${cell.amount(leftOut, 'line')}.`,
  ];
  return notes.filter((text) => text !== '').map((text): Block => ({ kind: 'text', text, tone: 'dim' }));
}

function firstBlock({ traces, fromMs, toMs, tested, moves }: Bisection): Block {
  const log = `${cell.amount(traces, 'trace')}${fromMs === undefined || toMs === undefined ? '' : `, ${span(fromMs, toMs)}`}.`;
  const titles = tested.map(({ title }) => title).join(', ');
  if (tested.length === 0) return { kind: 'text', text: `${log} A change-point test needs 30 traces with a figure.` };
  if (moves.length === 0) return { kind: 'text', text: `${log} No change found in ${titles}.` };
  const count = new Set(moves.map(({ figure }) => figure)).size;
  return {
    kind: 'text',
    text: `${log} ${count} of ${cell.amount(tested.length, 'figure')} moved (tested: ${titles}).`,
  };
}

/** Runs `spanline bisect`. */
export const bisect = defineQuestion({
  name: 'bisect',
  help: HELP,
  flags: { only: 'texts', settings: 'switch', gate: 'switch' },
  async answer({ query, filter, flags, read }): Promise<Report> {
    const figures = flags.only?.flatMap((list) => list.split(',')).map((name) => name.trim());
    const found = await bisectLog(query.records(ALL, read), {
      passes: toTest(filter),
      ...(figures === undefined ? {} : { figures }),
    });
    return {
      blocks: [
        firstBlock(found),
        ...findings(found.moves),
        ...(flags.settings === true ? settingsTable(found) : []),
        ...notesOf(found),
      ],
      data: found,
      isOk:
        found.tested.length > 0 &&
        !(flags.gate === true && found.moves.some(({ isWorse, course }) => isWorse && !PASSES_GATE.has(course))),
    };
  },
});
