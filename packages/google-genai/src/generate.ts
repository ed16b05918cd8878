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
  const reasons = new Map<unknown, string>();
  let facts: Props = {};

  function add(answer: Props): boolean {
    for (const [position, candidate] of list(answer['candidates']).entries()) {
      const { index = position, finishReason } = props(candidate);
      const reason = text(finishReason);
      if (reason !== undefined) reasons.set(index, reason);
    }
    // A prompt that is refused has no candidates.
    const refused = text(props(answer['promptFeedback'])['blockReason']);
    if (refused !== undefined) reasons.set('prompt', refused);
    const { responseId, modelVersion } = answer;
    facts = { responseId: responseId ?? facts['responseId'], modelVersion: modelVersion ?? facts['modelVersion'] };
    return candidates.add(answer);
  }

  function gathered(): SpanAttributes {
    const finished = [...reasons.values()];
    const messages = candidates.messages().map((message, index) => {
      const reason = reasons.get(index);
      return reason === undefined ? message : { ...message, finish_reason: reason };
    });
    return {
      'gen_ai.response.id': text(facts['responseId']),
      'gen_ai.response.model': text(facts['modelVersion']),
      'gen_ai.response.finish_reasons': finished.length === 0 ? undefined : finished,
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
