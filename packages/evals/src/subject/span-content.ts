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

/** Lists that the application may go on writing to are copied. */
function readMessages(value: unknown, role: 'user' | 'assistant'): readonly Message[] | undefined {
  if (value === undefined) return undefined;
  return toMessages(Array.isArray(value) ? value.slice(-MAX_MESSAGES) : value, role).slice();
}

type OpenContent = { -readonly [Key in keyof SpanContent]: SpanContent[Key] };

/** Reads the content of a span. */
export function readContent(attributes: Readonly<SpanAttributes>): SpanContent {
  const content: OpenContent = {};
  const input = readMessages(attributes['gen_ai.input.messages'], 'user');
  if (input !== undefined) content.input = input;
  const output = readMessages(attributes['gen_ai.output.messages'], 'assistant');
  if (output !== undefined) content.output = output;
  const documents: unknown = attributes['gen_ai.retrieval.documents'];
  const found = Array.isArray(documents) ? toDocuments(documents.slice(-MAX_DOCUMENTS)) : undefined;
  if (found !== undefined) content.documents = found;
  const query: unknown = attributes['gen_ai.retrieval.query.text'];
  if (typeof query === 'string') content.query = query;
  const toolArguments = attributes['gen_ai.tool.call.arguments'];
  if (toolArguments !== undefined) content.toolArguments = toolArguments;
  const toolResult = attributes['gen_ai.tool.call.result'];
  if (toolResult !== undefined) content.toolResult = toolResult;
  const stepInput = attributes['spanline.input'];
  if (stepInput !== undefined) content.stepInput = stepInput;
  const stepOutput = attributes['spanline.output'];
  if (stepOutput !== undefined) content.stepOutput = stepOutput;
  return content;
}
