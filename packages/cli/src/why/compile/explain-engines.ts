/** The table of rules and engines: exact, with losses, or refused. */
import { type Compilation, explainRule, LOSSES } from '@spanline/dashboards';
import type { Block, FilledColumn, Report } from '../../report/index.ts';

type Results = Readonly<Record<string, readonly Compilation<unknown>[]>>;

function verdictOf(result: Compilation<unknown>): { text: string; tone: 'green' | 'yellow' | 'red' } {
  if (result.kind === 'refused') return { text: 'refused', tone: 'red' };
  if (result.losses.length === 0) return { text: 'exact', tone: 'green' };
  return { text: result.losses.join(', '), tone: 'yellow' };
}

const MESSAGES =
  'Every engine watches all replicas together. Repetitions, cool-downs and the most messages of a day are settings of the place that sends messages.';

/** Engines whose losses a line has room for. */
const MOST_COLUMNS = 2;

/** A row for each rule and a column for each engine; of many engines, a list for each rule. */
function verdicts(engines: readonly (readonly [string, readonly Compilation<unknown>[]])[]): Block[] {
  const names = (engines[0]?.[1] ?? []).map(({ rule }) => rule);
  if (engines.length > MOST_COLUMNS) {
    return names.flatMap((text, place): Block[] => {
      const facts = engines.map(([engine, all]) => {
        const result = all[place];
        return [engine, result === undefined ? '' : verdictOf(result).text] as const;
      });
      return [
        { kind: 'heading', text },
        { kind: 'facts', facts },
      ];
    });
  }
  const columns: FilledColumn[] = [
    { head: 'rule', isFlexible: true, cells: names },
    ...engines.map(([head, all]): FilledColumn => ({ head, isFlexible: true, cells: all.map(verdictOf) })),
  ];
  return [{ kind: 'table', columns }];
}

/** How each engine says each rule, then each loss and the reason of each refusal. */
export function explainEngines(results: Results): Report {
  const engines = Object.entries(results);
  const all = engines.flatMap(([, each]) => each);
  const losses = new Set(all.flatMap((result) => (result.kind === 'compiled' ? result.losses : [])));
  const refused = engines.flatMap(([engine, each]) =>
    each.flatMap((result) =>
      result.kind === 'refused' ? [[`${result.rule}, ${engine}`, result.reason] as const] : [],
    ),
  );
  const blocks: Block[] = [
    ...verdicts(engines),
    ...(refused.length === 0
      ? []
      : [
          { kind: 'heading', text: 'Refused' } as const,
          { kind: 'facts', facts: refused.map(([name, text]) => [name, text] as const) } as const,
        ]),
    ...(losses.size === 0
      ? []
      : [
          { kind: 'heading', text: 'Losses' } as const,
          { kind: 'facts', facts: [...losses].map((loss) => [loss, LOSSES[loss]] as const) } as const,
        ]),
    { kind: 'text', text: MESSAGES },
  ];
  const data = Object.fromEntries(engines.map(([engine, each]) => [engine, each.map(explainRule)]));
  return { blocks, data };
}
