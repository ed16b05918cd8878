/** Content of spans: prompts, answers, documents and calls of tools. Messages are restored from references. */

import {
  createReconstruction,
  parseContent,
  props,
  type ReconstructedContent,
  type SpanRecord,
  text,
  titleOf,
} from '@spanline/record';
import {
  type Block,
  cell,
  type ContentBlock,
  contentText,
  createPromptHistory,
  type PromptHistory,
} from '../../report/index.ts';

/** Kinds of content, by the flag that shows them. */
export const CONTENT_KINDS = ['prompt', 'documents', 'tools', 'answer'] as const;
export type ContentKind = (typeof CONTENT_KINDS)[number];

/** Content of one span. */
interface SpanContent {
  readonly spanId: string;
  readonly name: string;
  readonly value: unknown;
}

/** A kind of content of several spans. */
interface Contents {
  readonly blocks: readonly Block[];
  readonly data: readonly SpanContent[];
}

/** A span and all records with content of it. */
interface Source {
  readonly record: SpanRecord;
  readonly records: readonly SpanRecord[];
  /** Input and output, restored. */
  restored(): ReconstructedContent | undefined;
  readonly history: PromptHistory;
}

const parsed = (json: string | undefined): unknown => (json === undefined ? undefined : parseContent(json));

type JsonKey =
  | 'gen_ai.retrieval.documents'
  | 'gen_ai.system_instructions'
  | 'gen_ai.tool.call.arguments'
  | 'gen_ai.tool.call.result';

const valueOf = ({ records }: Source, key: JsonKey): unknown =>
  parsed(records.find((record) => record[key] !== undefined)?.[key]);

const nameOf = (record: SpanRecord): string => titleOf(record) ?? '(no name)';

const content = (source: Source, what: string, value: unknown): ContentBlock => ({
  kind: 'content',
  title: `${nameOf(source.record)}: ${what}`,
  text: contentText(value),
});

const isModelCall = ({ record, records }: Source): boolean =>
  record['span.type'] === 'llm' || records.some((one) => one['gen_ai.input.messages'] !== undefined);

const isTool = ({ record }: Source): boolean =>
  record['span.type'] === 'tool' || record['gen_ai.tool.name'] !== undefined;

type Read = (source: Source) => { readonly value: unknown; readonly blocks: readonly Block[] } | undefined;

/** Texts of a chat, without those that prompts above have. A prompt that is no list is shown as it is. */
function promptBlock(source: Source, what: string, value: unknown): Block {
  if (!Array.isArray(value)) return content(source, what, value);
  const { messages, note } = source.history.fold(source.record, value);
  if (note === undefined) return content(source, what, value);
  return { ...content(source, what, messages), ...(messages.length === 0 ? { text: '' } : {}), note };
}

const readPrompt: Read = (source) => {
  const system = valueOf(source, 'gen_ai.system_instructions');
  const input = source.restored()?.input;
  if (system === undefined && input === undefined) return undefined;
  const blocks = [
    ...(system === undefined ? [] : [promptBlock(source, 'system instructions', system)]),
    ...(input === undefined ? [] : [promptBlock(source, 'prompt', input)]),
  ];
  return { value: system === undefined ? input : { system, input }, blocks };
};

const readAnswer: Read = (source) => {
  const output = source.restored()?.output;
  return output === undefined ? undefined : { value: output, blocks: [content(source, 'answer', output)] };
};

const readDocuments: Read = (source) => {
  const documents = valueOf(source, 'gen_ai.retrieval.documents');
  if (!Array.isArray(documents)) return undefined;
  const query = source.records.find((one) => one['gen_ai.retrieval.query.text'] !== undefined);
  const question = query?.['gen_ai.retrieval.query.text'];
  const found = documents.map(props);
  const score = (value: unknown): string => (typeof value === 'number' ? String(Number(value.toPrecision(4))) : '');
  const blocks: Block[] = [
    {
      kind: 'heading',
      text: `${nameOf(source.record)}: ${cell.amount(documents.length, 'document')}`,
    },
    ...(question === undefined ? [] : [{ kind: 'facts' as const, facts: [['query', question] as const] }]),
    {
      kind: 'table',
      columns: [
        { head: '#', align: 'right', cells: found.map((_, index) => String(index + 1)) },
        { head: 'score', align: 'right', cells: found.map((document) => score(document['score'])) },
        { head: 'id', isFlexible: true, cells: found.map(({ id }) => text(id) ?? '') },
        {
          head: 'content',
          isFlexible: true,
          cells: found.map((document) => text(document['content']) ?? contentText(document['metadata'] ?? '')),
        },
      ],
    },
  ];
  return { value: question === undefined ? documents : { query: question, documents }, blocks };
};

const readTool: Read = (source) => {
  const { record } = source;
  const call = valueOf(source, 'gen_ai.tool.call.arguments') ?? source.restored()?.input;
  const result = valueOf(source, 'gen_ai.tool.call.result') ?? source.restored()?.output;
  const name = record['gen_ai.tool.name'] ?? nameOf(record);
  const id = record['gen_ai.tool.call.id'];
  const error = record['span.status'] === 'error' ? `${record['error.type']}: ${record['error.message']}` : undefined;
  const lines = [
    `→ ${name}(${call === undefined ? '' : contentText(call)})`,
    ...(result === undefined ? [] : [`← ${contentText(result)}`]),
    ...(error === undefined ? [] : [`✗ ${error}`]),
  ];
  const title = `${nameOf(record)}${id === undefined ? '' : `: call ${id}`}`;
  return {
    value: { name, id, arguments: call, result, error },
    blocks: [{ kind: 'content', title, text: lines.join('\n') }],
  };
};

/** Kinds of content: of the spans that have it by their type, or of one span that was asked for. */
const KINDS: Readonly<Record<ContentKind, { readonly isFor: (source: Source) => boolean; readonly read: Read }>> = {
  prompt: { isFor: isModelCall, read: readPrompt },
  documents: { isFor: () => true, read: readDocuments },
  tools: { isFor: isTool, read: readTool },
  answer: { isFor: isModelCall, read: readAnswer },
};

const NONE: Readonly<Record<ContentKind, string>> = {
  prompt: 'no prompt',
  documents: 'no documents',
  tools: 'no call of a tool',
  answer: 'no answer',
};

function emptyBlock(kind: ContentKind, spans: readonly SpanRecord[]): Block {
  const modes = new Set(spans.flatMap((span) => span['spanline.capture.mode'] ?? []));
  const mode = [...modes].filter((name) => name !== 'full').join(', ');
  const reason = mode === '' ? '' : ` Capture mode: ${mode}.`;
  return { kind: 'text', text: `There is ${NONE[kind]} on these lines.${reason}` };
}

/** True for a span that was asked for by its own id. */
type IsChosen = (record: SpanRecord) => boolean;

/** Most spans whose content is shown. */
const MAX_SPANS = 100;

function groupBy(records: readonly SpanRecord[], key: 'span_id' | 'trace_id'): Map<string, SpanRecord[]> {
  const groups = new Map<string, SpanRecord[]>();
  for (const record of records) {
    const id = record[key] ?? '';
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [record]);
    else group.push(record);
  }
  return groups;
}

/**
 * Makes the reader of the contents of a trace.
 *
 * @param lines - all its records, with those of content that is kept apart
 */
export function createContentReader(
  lines: readonly SpanRecord[],
): (kind: ContentKind, spans: readonly SpanRecord[], isChosen: IsChosen) => Contents {
  const bySpan = groupBy(lines, 'span_id');
  const byTrace = new Map(
    [...groupBy(lines, 'trace_id')].map(([id, records]) => [id, createReconstruction(records)] as const),
  );
  return (kind, spans, isChosen) => {
    const { isFor, read } = KINDS[kind];
    const history = createPromptHistory();
    const found: { readonly record: SpanRecord; readonly value: unknown; readonly blocks: readonly Block[] }[] = [];
    let left = 0;
    for (const record of spans) {
      const source: Source = {
        record,
        records: bySpan.get(record.span_id ?? '') ?? [record],
        history,
        restored: () => byTrace.get(record.trace_id ?? '')?.(record.span_id ?? ''),
      };
      if (!isFor(source) && !isChosen(record)) continue;
      const one = found.length < MAX_SPANS ? read(source) : undefined;
      if (one !== undefined) found.push({ record, ...one });
      else if (found.length >= MAX_SPANS) left++;
    }
    if (found.length === 0) return { blocks: [emptyBlock(kind, spans)], data: [] };
    const text = `${left === 1 ? 'One further span' : `${left} further spans`} may have more; a filter behind the id chooses spans.`;
    return {
      blocks: [
        ...found.flatMap(({ blocks }) => blocks),
        ...(left > 0 ? [{ kind: 'text' as const, text, tone: 'dim' as const }] : []),
      ],
      data: found.map(({ record, value }) => ({ spanId: record.span_id ?? '', name: nameOf(record), value })),
    };
  };
}
