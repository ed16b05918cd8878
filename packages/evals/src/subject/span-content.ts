/** The content of a span in one shape, whichever source recorded it. */
import { type Message, type RetrievedDocument, type SpanAttributes, toDocuments, toMessages } from '@spanline/record';

/** Content of a span. A field is absent if the span has none. */
export interface SpanContent {
  /** Messages to a model: the newest {@link MAX_MESSAGES}. */
  readonly input?: readonly Message[];
  /** Messages of a model. */
  readonly output?: readonly Message[];
  /** Documents of a retriever or reranker: the newest {@link MAX_DOCUMENTS}. */
  readonly documents?: readonly RetrievedDocument[];
  /** Text that a retriever searched for. */
  readonly query?: string;
  /** Arguments of a tool, as they were given. */
  readonly toolArguments?: unknown;
  /** Result of a tool, as it was returned. */
  readonly toolResult?: unknown;
  /** Input of any other step. */
  readonly stepInput?: unknown;
  /** Output of any other step. */
  readonly stepOutput?: unknown;
}

/** Of a longer conversation the newest messages are read. */
const MAX_MESSAGES = 50;
const MAX_DOCUMENTS = 200;

const present = (key: keyof SpanContent, value: unknown): object => (value === undefined ? {} : { [key]: value });

/** Lists that the application may go on writing to are copied. */
function readMessages(value: unknown, role: 'user' | 'assistant'): readonly Message[] | undefined {
  if (value === undefined) return undefined;
  return toMessages(Array.isArray(value) ? value.slice(-MAX_MESSAGES) : value, role).slice();
}

/** Reads the content of a span. */
export function readContent(attributes: Readonly<SpanAttributes>): SpanContent {
  const query = attributes['gen_ai.retrieval.query.text'];
  const documents = attributes['gen_ai.retrieval.documents'] as unknown;
  const newest = Array.isArray(documents) ? documents.slice(-MAX_DOCUMENTS) : undefined;
  return {
    ...present('input', readMessages(attributes['gen_ai.input.messages'], 'user')),
    ...present('output', readMessages(attributes['gen_ai.output.messages'], 'assistant')),
    ...present('documents', newest === undefined ? undefined : toDocuments(newest)),
    ...present('query', typeof query === 'string' ? query : undefined),
    ...present('toolArguments', attributes['gen_ai.tool.call.arguments']),
    ...present('toolResult', attributes['gen_ai.tool.call.result']),
    ...present('stepInput', attributes['spanline.input']),
    ...present('stepOutput', attributes['spanline.output']),
  };
}
