/**
 * The content of a model's message. LangChain spreads it over several places, and names some of it twice: text and
 * thoughts are in the content, the provider's tools in `additional_kwargs`, calls in `tool_calls` and in the content.
 */

import { list, type Props, props, text } from '@spanline/instrumentation';
import { mergeBlocks } from './content-blocks.ts';

/** Content that LangChain's clients put beside the content. */
interface Beside {
  reasoning: string | undefined;
  refusal: unknown;
  audio: unknown;
  functionCall: unknown;
  /** Items of OpenAI's Responses API: tools that the provider ran. */
  toolOutputs: readonly unknown[];
  /** Searches and sources of Google. */
  grounding: Props | undefined;
  /** Sources of the whole text. */
  citations: readonly unknown[];
  annotations: readonly unknown[];
}

/** Reads the keys that are there. Looking up the ones that are not would cost more. */
function besideOf(kwargs: Props): Beside {
  const beside: Beside = {
    reasoning: undefined,
    refusal: undefined,
    audio: undefined,
    functionCall: undefined,
    toolOutputs: [],
    grounding: undefined,
    citations: [],
    annotations: [],
  };
  for (const key in kwargs) {
    const value = kwargs[key];
    if (value === undefined || value === null) continue;
    switch (key) {
      case 'reasoning_content':
        beside.reasoning = text(value);
        break;
      case 'reasoning':
        beside.reasoning ??= text(value) ?? summaryOf(value);
        break;
      case 'refusal':
        beside.refusal = value;
        break;
      case 'audio':
        beside.audio = value;
        break;
      case 'function_call':
        beside.functionCall = value;
        break;
      case 'tool_outputs':
        beside.toolOutputs = list(value);
        break;
      case 'citations':
        beside.citations = list(value);
        break;
      case 'annotations':
        beside.annotations = list(value);
        break;
      case 'groundingMetadata':
      case 'citationMetadata':
      case 'urlContextMetadata':
        beside.grounding = kwargs;
        break;
      default:
    }
  }
  return beside;
}

/** OpenAI's summary of its thoughts. */
function summaryOf(reasoning: unknown): string | undefined {
  return text(
    list(props(reasoning)['summary'])
      .map((part) => text(props(part)['text']) ?? '')
      .join('\n'),
  );
}

/** Some clients put what is beside the content into `response_metadata`. */
function sourcesOf({ annotations, citations }: Beside, metadata: Props): readonly unknown[] {
  if (annotations.length > 0) return annotations;
  const more = list(metadata['citations']);
  return more.length === 0 ? citations : [...citations, ...more];
}

/** True for an object with the searches or sources of Google. */
export function isGrounding({ groundingMetadata, citationMetadata }: Props): boolean {
  return groundingMetadata !== undefined || citationMetadata !== undefined;
}

const isOfType = (content: unknown, types: readonly string[]): boolean =>
  list(content).some((block) => types.includes(String(props(block)['type'])));

/** The content of a model's message in one place. */
export interface AnswerSource {
  /** In the shape of a chat message. */
  readonly source: Props;
  readonly grounding: Props | undefined;
}

/**
 * Reads a model's message. LangChain keeps calls whose arguments are not valid JSON in `invalid_tool_calls`; those
 * without a name are pieces of a tool that the provider runs.
 */
export function answerSource(message: Props, role: string, name: string | undefined): AnswerSource {
  const { content, tool_calls: valid, invalid_tool_calls: invalid } = message;
  const beside = besideOf(props(message['additional_kwargs']));
  const metadata = props(message['response_metadata']);
  const broken = list(invalid);
  const named = broken.length === 0 ? broken : broken.filter((call) => text(props(call)['name']) !== undefined);
  const calls = named.length === 0 ? list(valid) : [...list(valid), ...named];
  const nameless = named.length === broken.length ? [] : broken.filter((call) => !named.includes(call));
  const source: Props = {
    role,
    content: mergeBlocks(content, {
      calls,
      nameless,
      toolOutputs: beside.toolOutputs,
      isStreamed: 'tool_call_chunks' in message,
    }),
    name,
    tool_calls: calls,
    reasoning_content: isOfType(content, ['reasoning', 'thinking']) ? undefined : beside.reasoning,
    refusal: isOfType(content, ['refusal']) ? undefined : beside.refusal,
    audio: beside.audio,
    function_call: calls.length === 0 ? beside.functionCall : undefined,
    citations: sourcesOf(beside, metadata),
  };
  return { source, grounding: beside.grounding ?? (isGrounding(metadata) ? metadata : undefined) };
}
