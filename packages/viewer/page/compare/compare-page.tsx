/** Two sides of the log: two periods, prompt versions, or models. The figures are those of `spanline diff`. */

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type {
  CompareAnswer,
  ComparedAnswer,
  EstimateAnswer,
  TracesAnswer,
  ValuesAnswer,
} from '../../src/contract/index.ts';
import { ask, AskError, faultOf } from '../ask.ts';
import { formatCost, formatCount, formatDifference, formatDuration, formatScore, formatShare } from '../format.ts';
import { conditionOf } from '../lists/conditions.ts';
import { type Column, TablePage } from '../lists/data-table.tsx';
import { change, route, scope } from '../route.ts';
import { useAnswer } from '../use-answer.ts';

type Step = CompareAnswer['steps'][number];
type Figure = Step['figures'][number];
interface Row {
  readonly step: string;
  readonly figure: Figure;
  readonly counts: string;
}

const FORMATS: Readonly<Record<Figure['unit'], (value: number) => string>> = {
  ms: formatDuration,
  share: formatShare,
  tokens: (value) => formatCount(Math.round(value)),
  usd: formatCost,
  score: formatScore,
};

/** The interval of an estimate, as text. */
const intervalOf = ({ low, high }: EstimateAnswer, format: (value: number) => string): string =>
  low === undefined || high === undefined ? 'too few traces' : `${format(low)} to ${format(high)}`;

interface EstimateProps {
  readonly of: ComparedAnswer;
  readonly unit: Figure['unit'];
}

function Estimate({ of, unit }: EstimateProps) {
  const format = FORMATS[unit];
  return (
    <span title={`95 %: ${intervalOf(of, (value) => format(Math.max(0, value)))}`}>
      {of.isLeast === true ? '≥' : ''}
      {format(of.value)}
    </span>
  );
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'Step', cell: ({ step }) => step },
  { head: 'Figure', cell: ({ figure: { title } }) => title },
  { head: 'Spans', isNumber: true, cell: ({ counts }) => counts },
  {
    head: 'A',
    isNumber: true,
    cell: ({ figure }) => <Estimate of={figure.before} unit={figure.unit} />,
  },
  {
    head: 'B',
    isNumber: true,
    cell: ({ figure }) => <Estimate of={figure.after} unit={figure.unit} />,
  },
  {
    head: 'Difference',
    isNumber: true,
    cell: ({ figure: { difference, unit, isChange } }) => (
      <span class={isChange ? 'changed' : 'note'}>{formatDifference(difference.value, FORMATS[unit])}</span>
    ),
  },
  {
    head: '95 % interval',
    isNumber: true,
    cell: ({ figure: { difference, unit } }) =>
      intervalOf(difference, (value) => formatDifference(value, FORMATS[unit])),
  },
  { head: 'Change', cell: ({ figure }) => (figure.isChange ? 'changed' : '') },
];

/** Changes come first. */
function rowsOf({ steps }: CompareAnswer): Row[] {
  const rows = steps.flatMap(({ step, before, after, figures }) =>
    figures.map((figure): Row => ({
      step: step ?? 'all requests',
      figure,
      counts: `${formatCount(before)} / ${formatCount(after)}`,
    })),
  );
  return rows.toSorted((a, b) => Number(b.figure.isChange) - Number(a.figure.isChange));
}

/** Spans that start before a time or from it on, as charts show them; other lines have their own time. */
const split = (sign: '<' | '>=', time: string): string =>
  `(start${sign}"${time}" or (-exists:start time${sign}"${time}"))`;

const nothing = (found: string): AskError => new AskError(404, { error: `There is ${found} to compare.` });

/** Two filters that split the time in halves. */
async function halves(): Promise<readonly [string, string]> {
  const { histogram, barMs } = await ask<TracesAnswer>('traces', { ...scope(), limit: 0 });
  const [earliest, latest] = [histogram[0], histogram.at(-1)];
  if (earliest === undefined || latest === undefined) throw nothing('no trace');
  const [first, last] = [earliest.startMs, latest.startMs + barMs];
  const middle = new Date((first + last) / 2).toISOString();
  return [split('<', middle), split('>=', middle)];
}

/** Filters of the two most frequent values of a field. */
async function values(field: string): Promise<readonly [string, string]> {
  const found = await ask<ValuesAnswer>('values', { field });
  if (found.values.length === 0) throw nothing(`no ${field}`);
  const names = found.values.slice(0, 2).map(({ value }) => value);
  return [conditionOf(field, names[0] ?? null), conditionOf(field, names[1] ?? null)];
}

const CHOICES: readonly (readonly [string, () => Promise<readonly [string, string]>])[] = [
  ['Earlier and later', halves],
  ['Prompt versions', () => values('prompt.version')],
  ['Models', () => values('model')],
];

/** A field with the filter of one side. */
function Side({ name }: { readonly name: 'a' | 'b' }) {
  const given = route.value.parameters[name] ?? '';
  const [text, setText] = useState(given);
  useEffect(() => setText(given), [given]);
  return (
    <label class="side">
      {name.toUpperCase()}{' '}
      <input
        type="text"
        class="mono"
        spellcheck={false}
        value={text}
        placeholder={name === 'a' ? 'prompt.version:3' : 'prompt.version:4'}
        onInput={(event) => setText(event.currentTarget.value)}
        onChange={() => change({ [name]: text.trim() })}
      />
    </label>
  );
}

export function ComparePage() {
  const { a = '', b = '' } = route.value.parameters;
  const [fault, setFault] = useState<AskError>();
  useEffect(() => setFault(undefined), [a, b]);
  const choose = (find: () => Promise<readonly [string, string]>): void => {
    find().then(
      ([one, other]) => change({ a: one, b: other }),
      (error: unknown) => setFault(faultOf(error)),
    );
  };
  return (
    <Answer a={a} b={b} failed={fault}>
      <Side name="a" />
      <Side name="b" />
      {CHOICES.map(([name, find]) => (
        <button key={name} type="button" onClick={() => choose(find)}>
          {name}
        </button>
      ))}
    </Answer>
  );
}

interface Sides {
  readonly a: string;
  readonly b: string;
  /** Why the pair that was chosen last could not be found. */
  readonly failed: AskError | undefined;
  readonly children: ComponentChildren;
}

function Answer({ a, b, failed, children }: Sides) {
  const isAsked = a !== '' && b !== '';
  return isAsked ? (
    <Compared a={a} b={b} failed={failed}>
      {children}
    </Compared>
  ) : (
    <TablePage
      title="Compare"
      columns={COLUMNS}
      rows={[]}
      keyOf={() => ''}
      fault={failed}
      more={0}
      none="Two filters make two sides: choose a pair above, or write your own."
    >
      {children}
    </TablePage>
  );
}

function Compared({ a, b, failed, children }: Sides) {
  const { answer, fault } = useAnswer<CompareAnswer>('compare', { ...scope(), a, b });
  const isEmpty = answer !== undefined && (answer.before === 0 || answer.after === 0);
  return (
    <TablePage
      title="Compare"
      columns={COLUMNS}
      rows={answer && rowsOf(answer)}
      keyOf={({ step, figure }) => `${step}\n${figure.figure}`}
      fault={failed ?? fault}
      more={answer?.more ?? 0}
      none={isEmpty ? 'One side has no span.' : 'The sides have no step in common.'}
    >
      {children}
    </TablePage>
  );
}
