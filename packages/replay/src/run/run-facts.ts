/** The facts of a run that a test compares: its steps, its calls of tools, its answer. */
import {
  buildForest,
  createReconstruction,
  isOwnError,
  list,
  parseContent,
  parseLine,
  props,
  type SpanRecord,
  text,
  type TreeNode,
} from '@spanline/record';

/** A call of a tool. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: unknown;
}

/** Facts of a run, recorded or new. */
export interface RunFacts {
  /** Types and names of the spans, a line each, indented by two blanks a level. */
  readonly steps: string;
  readonly toolCalls: readonly ToolCall[];
  /** Text of the answer, or its value where it is no text. `undefined` if there is none. */
  readonly answer: unknown;
  /** The last question of the user, as text. */
  readonly question: string | undefined;
  /** Contents of the documents of the last reranker, else of all retrievers. */
  readonly documents: readonly string[];
}

/** A span with its place in the tree. */
interface Item {
  readonly record: SpanRecord;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly remoteParent: boolean;
  readonly start: string;
  readonly eventId: string;
}

type Node = TreeNode<Item>;

const toItem = (record: SpanRecord): Item => ({
  record,
  spanId: record.span_id ?? '',
  parentId: record.parent_span_id,
  remoteParent: record['spanline.parent.remote'] === true,
  start: record['event.start'] ?? record['@timestamp'] ?? '',
  eventId: record['event.id'] ?? '',
});

/** A run: its trees, and the content of its spans. */
interface ReadRun {
  readonly nodes: readonly Node[];
  content(record: SpanRecord): { readonly input: unknown; readonly output: unknown };
}

function readRun(lines: Iterable<string | object>): ReadRun {
  const records = [...lines].flatMap((line) => parseLine(line)?.record ?? []);
  const restore = createReconstruction(records);
  const { roots, orphans } = buildForest(
    records.filter((record) => record['event.name'] === 'span.end').map((record) => toItem(record)),
  );
  const content: ReadRun['content'] = ({ span_id: id = '' }) => {
    const { input, output } = restore(id) ?? {};
    return { input, output };
  };
  return { nodes: [...roots, ...orphans], content };
}

function all(nodes: readonly Node[], found: Node[] = []): Node[] {
  for (const node of nodes) {
    found.push(node);
    all(node.children, found);
  }
  return found;
}

/** The span that has the question: the root or, if that has no input, the first span below it that has. */
function entryOf({ nodes, content }: ReadRun): Node | undefined {
  return all(nodes).find(({ item: { record } }) => content(record).input !== undefined) ?? nodes[0];
}

/** Text of a content: of a text itself, of messages that of the last. */
function contentText(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const [last] = value.slice(-1) as unknown[];
  const parts = list(props(last)['parts']).flatMap((part) => text(props(part)['content']) ?? []);
  return parts.length === 0 ? value : parts.join('');
}

const draw = (nodes: readonly Node[], depth = 0): string[] =>
  nodes.flatMap(({ item: { record }, children }) => [
    `${'  '.repeat(depth)}${record['span.type'] ?? 'span'} ${record['span.name'] ?? ''}`,
    ...draw(children, depth + 1),
  ]);

function documentsOf(nodes: readonly Node[]): string[] {
  const of = (type: string): (readonly unknown[])[] =>
    nodes.flatMap(({ item: { record } }) => {
      const documents = record['span.type'] === type ? record['gen_ai.retrieval.documents'] : undefined;
      return documents === undefined ? [] : [list(parseContent(documents))];
    });
  const found = of('reranker').at(-1) ?? of('retriever').flat();
  return found.flatMap((document) => text(props(document)['content']) ?? []);
}

/** A run of a program from its lines, beginning at its entry. */
export interface ReadFacts extends RunFacts {
  /** Input of the entry. */
  readonly input: unknown;
  /** Spans in which an error arose. */
  readonly failed: readonly SpanRecord[];
}

/** A span without those of other programs below it, and without those inside of a call that does not run. */
function prune({ item, children }: Node, closed: ReadonlySet<string>): Node {
  const own = closed.has(item.spanId) ? [] : children.filter((child) => !child.item.remoteParent);
  return { item, children: own.map((child) => prune(child, closed)) };
}

/**
 * Reads the facts of a run from its lines. Spans that another program wrote, which a span of this one called, are not
 * part of the run.
 *
 * @param closed - ids of calls that do not run, so that no span is below them. @defaultValue none
 */
export function factsOf(lines: Iterable<string | object>, closed: ReadonlySet<string> = new Set()): ReadFacts {
  const run = readRun(lines);
  const entry = entryOf(run);
  const tops = entry === undefined ? [] : [prune(entry, closed)];
  const nodes = all(tops);
  const { input, output } =
    entry === undefined ? { input: undefined, output: undefined } : run.content(entry.item.record);
  const question = contentText(input);
  return {
    steps: draw(tops).join('\n'),
    toolCalls: nodes.flatMap(({ item: { record } }) =>
      record['span.type'] === 'tool'
        ? [{ name: record['gen_ai.tool.name'] ?? record['span.name'] ?? '', arguments: run.content(record).input }]
        : [],
    ),
    answer: contentText(output),
    question: typeof question === 'string' ? question : undefined,
    documents: documentsOf(nodes),
    input,
    failed: nodes.map(({ item }) => item.record).filter(isOwnError),
  };
}
