/** The type of a span, from the words that its vocabulary has for it. */
import { type AttributeKey, type SpanKind, type SpanType, text } from '@spanline/record';

type Attributes = Readonly<Record<string, unknown>>;
type Types = ReadonlyMap<string, SpanType>;

const types = (entries: Readonly<Record<string, SpanType>>): Types => new Map(Object.entries(entries));

/** Attributes that name the type, the most telling first, and their words for it. */
const CLUES: readonly (readonly [key: string, types: Types])[] = [
  [
    'openinference.span.kind',
    types({
      LLM: 'llm',
      CHAIN: 'chain',
      AGENT: 'agent',
      TOOL: 'tool',
      RETRIEVER: 'retriever',
      RERANKER: 'reranker',
      EMBEDDING: 'embedding',
      GUARDRAIL: 'guardrail',
      EVALUATOR: 'evaluator',
      PROMPT: 'prompt',
    }),
  ],
  [
    'gen_ai.operation.name',
    types({
      chat: 'llm',
      text_completion: 'llm',
      completion: 'llm',
      generate: 'llm',
      generate_content: 'llm',
      decide: 'llm',
      response: 'llm',
      image_generation: 'llm',
      image_edit: 'llm',
      image_variation: 'llm',
      embeddings: 'embedding',
      embedding: 'embedding',
      execute_tool: 'tool',
      invoke_agent: 'agent',
      create_agent: 'agent',
      invoke_workflow: 'chain',
      plan: 'chain',
      retrieval: 'retriever',
      search_memory: 'retriever',
      rerank: 'reranker',
    }),
  ],
  ['traceloop.span.kind', types({ workflow: 'chain', session: 'chain', task: 'task', agent: 'agent', tool: 'tool' })],
  ['llm.request.type', types({ chat: 'llm', completion: 'llm', embedding: 'embedding', rerank: 'reranker' })],
  ['gen_ai.request.type', types({ chat: 'llm', completion: 'llm', embedding: 'embedding', rerank: 'reranker' })],
  [
    'langsmith.span.kind',
    types({
      llm: 'llm',
      chain: 'chain',
      tool: 'tool',
      retriever: 'retriever',
      embedding: 'embedding',
      prompt: 'prompt',
      parser: 'parser',
    }),
  ],
  [
    'langfuse.observation.type',
    types({
      generation: 'llm',
      agent: 'agent',
      tool: 'tool',
      chain: 'chain',
      retriever: 'retriever',
      embedding: 'embedding',
      evaluator: 'evaluator',
      guardrail: 'guardrail',
    }),
  ],
];

/** Attributes of the conventions that only spans of one type have, where no attribute names it. */
const CONVENTIONS = {
  'gen_ai.request.model': 'llm',
  'gen_ai.response.model': 'llm',
  'gen_ai.tool.name': 'tool',
  'gen_ai.agent.name': 'agent',
  'gen_ai.retrieval.top_k': 'retriever',
  'gen_ai.retrieval.query.text': 'retriever',
} as const satisfies Partial<Record<AttributeKey, SpanType>>;

/** The same in every vocabulary. */
const MARKS: Readonly<Record<string, SpanType>> = {
  ...CONVENTIONS,
  'llm.model': 'llm',
  'llm.model_name': 'llm',
  'llm.request.model': 'llm',
  'tool.name': 'tool',
  'gen_ai.guardrail.name': 'guardrail',
  'embedding.model': 'embedding',
  'embedding.model_name': 'embedding',
  'vector_search.top_k': 'retriever',
  'db.vector.query.top_k': 'retriever',
};

/** `ai.generateText` is the call, `ai.generateText.doGenerate` the request to the model. */
function aiSdkType(operation: string): SpanType {
  if (operation === 'ai.toolCall') return 'tool';
  if (operation.endsWith('.doGenerate') || operation.endsWith('.doStream')) return 'llm';
  if (operation.endsWith('.doEmbed')) return 'embedding';
  return operation.endsWith('.doRerank') ? 'reranker' : 'chain';
}

/** Spans of Claude Code by the end of their name. */
const CLAUDE_CODE: Types = types({
  interaction: 'agent',
  llm_request: 'llm',
  tool: 'tool',
  'tool.execution': 'task',
  'tool.blocked_on_user': 'task',
  hook: 'task',
});

export const CLAUDE_CODE_PREFIX = 'claude_code.';

/** True for the attributes of an HTTP request. */
function isHttp(attributes: Attributes): boolean {
  return attributes['http.request.method'] !== undefined || attributes['http.method'] !== undefined;
}

/**
 * Returns the type of a span. Spans of HTTP servers are `http`; calls to other servers and databases are `task`s of
 * kind `CLIENT`.
 */
export function spanTypeOf(name: string, kind: SpanKind, attributes: Attributes): SpanType {
  for (const [key, words] of CLUES) {
    const word = text(attributes[key]);
    const type = word === undefined ? undefined : words.get(word);
    if (type !== undefined) return type;
  }
  const operation = text(attributes['ai.operationId']);
  if (operation !== undefined) return aiSdkType(operation);
  if (name.startsWith(CLAUDE_CODE_PREFIX)) return CLAUDE_CODE.get(name.slice(CLAUDE_CODE_PREFIX.length)) ?? 'task';
  if (isHttp(attributes)) return kind === 'SERVER' ? 'http' : 'task';
  for (const key in attributes) {
    const type = Object.hasOwn(MARKS, key) ? MARKS[key] : undefined;
    if (type !== undefined) return type;
  }
  return 'task';
}

const KINDS: readonly SpanKind[] = ['INTERNAL', 'SERVER', 'CLIENT'];

/** OpenTelemetry's kind in the words of a record. A line has no messages to queues: their two ends are `INTERNAL`. */
export function spanKindOf(kind: number): SpanKind {
  return KINDS[kind] ?? 'INTERNAL';
}
