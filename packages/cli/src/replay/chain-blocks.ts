/** A decision chain for people. */

import { type Chain, type ChainStep, describeInputs, describeSubject, type Trace } from '@spanline/query';
import { isPlainObject, props, type SpanRecord, text, titleOf } from '@spanline/record';
import { type Block, type Cell, cell, contentText, createPromptHistory, type PromptHistory } from '../report/index.ts';
import type { Reason } from './chain-data.ts';

type Fact = readonly [name: string, value: Cell];

/** Characters of a content in one line. */
const SHOWN = 160;
const MAX_DOCUMENTS = 5;

/** A text in one line. Its end is left out, or, where the end says more, its beginning. */
function brief(content: string, keep: 'start' | 'end' = 'start'): string {
  const line = content.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= SHOWN) return line;
  return keep === 'start' ? `${line.slice(0, SHOWN)}…` : `…${line.slice(-SHOWN)}`;
}

const isDocuments = (record: SpanRecord, value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && /^(?:retriever|reranker)$/.test(record['span.type'] ?? '') && value.every(isPlainObject);

function documentsText(documents: readonly unknown[]): string {
  const names = documents.slice(0, MAX_DOCUMENTS).map((document) => {
    const { id, content } = props(document);
    return text(id) ?? brief(text(content) ?? '');
  });
  const more = documents.length > MAX_DOCUMENTS ? ', …' : '';
  return `${cell.amount(documents.length, 'document')}${names.length === 0 ? '' : `: ${names.join(', ')}${more}`}`;
}

/** A content in one line: documents by their ids, messages by what is new in them. */
function summary(record: SpanRecord, value: unknown, history?: PromptHistory): string {
  if (value === undefined) return '';
  if (isDocuments(record, value)) return documentsText(value);
  if (!Array.isArray(value) || record['span.type'] !== 'llm') return brief(contentText(value));
  const { messages } = history?.fold(record, value) ?? { messages: value };
  const left = value.length - messages.length;
  const [last] = messages.slice(-1);
  const before = messages.length - 1 + left;
  const count = before > 0 ? `${cell.amount(value.length, 'message')}, the last: ` : '';
  return last === undefined ? cell.amount(value.length, 'message') : `${count}${brief(contentText([last]), 'end')}`;
}

/** Facts about content that the line does not have as it was. */
function lackFacts({ record, faults }: ChainStep): Fact[] {
  const facts = faults.map(({ reason }): Fact => ['missing', { text: reason, tone: 'yellow' }]);
  const replaced = record['spanline.redactions'] ?? 0;
  if (replaced === 0) return facts;
  const text = `${cell.amount(replaced, 'value')} ${replaced === 1 ? 'was' : 'were'} replaced by a placeholder`;
  return [...facts, ['redacted', { text, tone: 'yellow' }]];
}

const typeOf = ({ record }: ChainStep): string => record['span.type'] ?? 'span';

/** `3  retriever search  +210 ms  240 ms`. */
function headOf(step: ChainStep): string {
  const { number, record, atMs } = step;
  const at = atMs === undefined ? '' : `  +${cell.duration(atMs)}`;
  return `${number}  ${typeOf(step)} ${record['span.name'] ?? ''}${at}  ${cell.duration(record.duration_ms)}`;
}

/** A step of the chain by its number and name. */
export const nameOf = (step: ChainStep): string =>
  `step ${step.number}, ${typeOf(step)} ${step.record['span.name'] ?? ''}`;

function factsOf(step: ChainStep, history: PromptHistory): Fact[] {
  const { record, got, gave, problem } = step;
  const inputs = describeInputs(record).join(', ');
  return [
    ...(got === undefined ? [] : [['got', summary(record, got, history)] as const]),
    ...(inputs === '' ? [] : [['with', brief(inputs)] as const]),
    ...(gave === undefined ? [] : [['gave', summary(record, gave)] as const]),
    ...(problem === undefined ? [] : [['failed', { text: brief(problem), tone: 'red' }] as const]),
    ...lackFacts(step),
  ];
}

/** The request, and its steps. */
export function chainBlocks({ isCut }: Trace, { root, steps }: Chain): Block[] {
  const history = createPromptHistory();
  const head: Block[] =
    root === undefined
      ? []
      : [
          { kind: 'heading', text: titleOf(root.record) ?? 'trace' },
          {
            kind: 'facts',
            facts: [
              ['trace', root.record.trace_id ?? ''],
              ['start', cell.time(Date.parse(root.record['event.start'] ?? '') || undefined)],
              ['took', cell.duration(root.record.duration_ms)],
              ...(root.got === undefined ? [] : [['asked', summary(root.record, root.got)] as const]),
              ...(root.gave === undefined ? [] : [['answered', summary(root.record, root.gave)] as const]),
            ],
          },
        ];
  return [
    ...head,
    ...steps.flatMap((step): Block[] => {
      const facts = factsOf(step, history);
      return [
        { kind: 'heading', text: headOf(step) },
        ...(facts.length === 0 ? [] : [{ kind: 'facts' as const, facts }]),
      ];
    }),
    ...(isCut
      ? [{ kind: 'text' as const, text: 'There are more lines than were read.', tone: 'yellow' as const }]
      : []),
  ];
}

function causeFacts({ explanation }: Reason, records: readonly SpanRecord[]): Fact[] {
  if (explanation === undefined) return [];
  const { causes, bad, good } = explanation;
  if (bad < 2 || good < 2) return [];
  if (causes.length === 0)
    return [['in this log', `no condition separates its ${bad} bad traces from the ${good} others`]];
  return causes.flatMap((cause) => {
    const here = describeSubject(cause.subject, records);
    const counts = `${cause.bad} of ${bad} bad traces, ${cause.good} of ${good} others`;
    return [
      ['in this log', `${cause.subject.step}: ${cause.text} (${counts})`] as const,
      ...(here === undefined ? [] : [['here', `${cause.subject.step}: ${here}`] as const]),
    ];
  });
}

/** The step to blame, and the inputs that explain it. */
export function reasonBlocks({ root, steps }: Chain, reason: Reason | undefined): Block[] {
  if (reason === undefined) return [{ kind: 'text', text: 'No step went wrong.' }];
  const { step, sources } = reason;
  const { record, problem } = step;
  const status = root?.record['span.status'] ?? 'ok';
  const end = status === 'ok' ? 'The request went on without it.' : `The request ended with it (${status}).`;
  const inputs = describeInputs(record).join(', ');
  const facts: Fact[] = [
    ...(step.got === undefined ? [] : [['got', summary(record, step.got)] as const]),
    ...(inputs === '' ? [] : [['with', brief(inputs)] as const]),
    ...sources.map(({ from, pieces, of }): Fact => [
      'which came from',
      `${nameOf(from)}: ${pieces} of ${cell.amount(of, 'piece')}`,
    ]),
    ...causeFacts(reason, [...steps.map((one) => one.record), ...(root === undefined ? [] : [root.record])]),
  ];
  const took = `It took ${cell.duration(record.duration_ms)}.`;
  return [
    { kind: 'heading', text: `${problem === undefined ? 'To blame' : 'Failed first'}: ${nameOf(step)}` },
    {
      kind: 'text',
      text: problem === undefined ? took : `${problem}. ${end}`,
      tone: problem === undefined ? 'plain' : 'red',
    },
    ...(facts.length === 0 ? [] : [{ kind: 'facts' as const, facts }]),
  ];
}

/** One step with its content in full. */
export function stepBlocks(step: ChainStep): Block[] {
  const { record, got, gave, problem } = step;
  const facts: Fact[] = [
    ['span', record.span_id ?? ''],
    ['with', describeInputs(record).join(', ')],
    ...(problem === undefined ? [] : [['failed', { text: problem, tone: 'red' }] as const]),
    ...lackFacts(step),
  ];
  const content = (title: string, value: unknown): Block[] =>
    value === undefined ? [] : [{ kind: 'content', title, text: contentText(value) }];
  return [
    { kind: 'heading', text: headOf(step) },
    { kind: 'facts', facts },
    ...content('got', got),
    ...content('gave', gave),
  ];
}
