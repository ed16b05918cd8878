/** `generateContent` and `streamGenerateContent`. */

import type { SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  type ClientCall,
  clientSpan,
  conditionsOf,
  createCandidates,
  generationSettings,
  list,
  number,
  type OfferedTool,
  type Props,
  props,
  text,
  toMessages,
  toolDefinitions,
  toParts,
} from '@spanline/instrumentation';
import type { ModelRequest } from './model-request.ts';

/** A tool is a list of functions, or one that Google runs itself: `{ googleSearch: {} }`. */
function unwrapTool(tool: unknown): readonly OfferedTool[] {
  const { functionDeclarations, ...own } = props(tool);
  const functions = list(functionDeclarations).map((declared): OfferedTool => {
    const { name, description, parameters, parametersJsonSchema } = props(declared);
    return { name, description, parameters: parameters ?? parametersJsonSchema };
  });
  return [...functions, ...Object.keys(own).map((type): OfferedTool => ({ type }))];
}

function outputType({ responseMimeType, responseModalities }: Props): string | undefined {
  if (text(responseMimeType) === 'application/json') return 'json';
  const modalities = list(responseModalities).map((modality) => String(modality).toLowerCase());
  if (modalities.includes('audio')) return 'speech';
  return modalities.includes('image') ? 'image' : undefined;
}

/** Parameters, tools, messages, and the conditions that a request asks for. */
function requestAttributes({ model, method, body }: ModelRequest): SpanAttributes {
  const { contents, systemInstruction, tools } = body;
  const config = props(body['generationConfig']);
  const choices = number(config['candidateCount']);
  const attributes: SpanAttributes = {
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.request.model': model,
    ...generationSettings(config),
    'gen_ai.request.choice.count': choices === 1 ? undefined : choices,
    'gen_ai.request.stream': method === 'streamGenerateContent' ? true : undefined,
    'gen_ai.request.reasoning.level': text(props(config['thinkingConfig'])['thinkingLevel']),
    'gen_ai.output.type': outputType(config),
    'gen_ai.tool.definitions': toolDefinitions(tools, unwrapTool),
    'gen_ai.system_instructions':
      systemInstruction === undefined ? undefined : toParts(props(systemInstruction)['parts'] ?? systemInstruction),
    'gen_ai.input.messages': contents === undefined ? undefined : toMessages(contents),
  };
  return Object.assign(attributes, conditionsOf(body));
}

/** Creates a reader of answers: whole, or as the chunks of a stream. */
function createGenerationReader(): AnswerReader {
  const candidates = createCandidates();
  let facts: Props = {};
  let refused: string | undefined;

  function add(answer: Props): boolean {
    // A prompt that is refused has no candidates.
    refused = text(props(answer['promptFeedback'])['blockReason']) ?? refused;
    const { responseId, modelVersion } = answer;
    facts = { responseId: responseId ?? facts['responseId'], modelVersion: modelVersion ?? facts['modelVersion'] };
    return candidates.add(answer);
  }

  function gathered(): SpanAttributes {
    const choices = candidates.gathered();
    const reasons = [...choices.map(({ reason }) => reason), refused].filter((reason) => reason !== undefined);
    const messages = choices
      .filter(({ message }) => message.parts.length > 0)
      .map(({ message, reason }) => (reason === undefined ? message : { ...message, finish_reason: reason }));
    return {
      'gen_ai.response.id': text(facts['responseId']),
      'gen_ai.response.model': text(facts['modelVersion']),
      'gen_ai.response.finish_reasons': reasons.length === 0 ? undefined : reasons,
      ...(messages.length === 0 ? {} : { 'gen_ai.output.messages': messages }),
    };
  }

  return {
    whole(value): SpanAttributes {
      add(props(value));
      return gathered();
    },
    chunk: (value) => (add(props(value)) ? 'content' : 'event'),
    gathered,
  };
}

/** Reads a request for content. */
export function readGeneration(request: ModelRequest): ClientCall {
  const attributes = Object.assign(requestAttributes(request), request.server);
  return { span: clientSpan('generate_content', 'llm', attributes), reader: createGenerationReader() };
}
