/** Requests for an answer of a model, in each maker's own shape. */

import type { SpanAttributes } from '@spanline/core';
import { number, type Props, props, stopSequences, text, toMessages, toParts } from '@spanline/instrumentation';
import { makerTools } from '../tools.ts';

/** Settings of one kind have a name for each maker. Some keep them in an object. */
const LIMITS = [
  'max_tokens',
  'max_completion_tokens',
  'maxTokens',
  'maxTokenCount',
  'max_gen_len',
  'max_tokens_to_sample',
  'maxOutputTokens',
] as const;
const CHOICES = ['n', 'num_generations', 'numResults'] as const;

/** The first of several names that a setting has. */
function settingOf(config: Props, names: readonly string[]): unknown {
  for (const name of names) if (config[name] !== undefined) return config[name];
  return undefined;
}

/** Jurassic has its penalties in objects. */
const penaltyOf = (penalty: unknown): number | undefined => number(penalty) ?? number(props(penalty)['scale']);

/** Settings of a request. */
function settings(body: Props): SpanAttributes {
  const config = { ...body, ...props(body['inferenceConfig']), ...props(body['textGenerationConfig']) };
  const of = (...names: string[]): unknown => settingOf(config, names);
  const count = number(settingOf(config, CHOICES));
  return {
    'gen_ai.request.max_tokens': number(settingOf(config, LIMITS)),
    'gen_ai.request.temperature': number(config['temperature']),
    'gen_ai.request.top_p': number(of('top_p', 'topP', 'p')),
    'gen_ai.request.top_k': number(of('top_k', 'topK', 'k')),
    'gen_ai.request.frequency_penalty': penaltyOf(of('frequency_penalty', 'frequencyPenalty')),
    'gen_ai.request.presence_penalty': penaltyOf(of('presence_penalty', 'presencePenalty')),
    'gen_ai.request.seed': number(config['seed']),
    'gen_ai.request.choice.count': count === 1 ? undefined : count,
    'gen_ai.request.reasoning.level': text(config['reasoning_effort']),
    'gen_ai.request.stop_sequences': stopSequences(of('stop_sequences', 'stopSequences', 'stop')),
  };
}

/** Pictures beside a prompt (Llama), and the video that a question is about (Pegasus). */
function mediaBeside({ images, mediaSource }: Props): object[] {
  const pictures = Array.isArray(images) ? images.map((data) => ({ type: 'image', source: { data } as object })) : [];
  const { base64String: data, s3Location } = props(mediaSource);
  return mediaSource === undefined ? pictures : [...pictures, { type: 'video', source: { data, s3Location } }];
}

function inputMessages(body: Props): SpanAttributes {
  const { messages, prompt, inputText, inputPrompt } = body;
  if (messages !== undefined) return { 'gen_ai.input.messages': toMessages(messages) };
  const asked = text(prompt) ?? text(inputText) ?? text(inputPrompt);
  if (asked === undefined) return {};
  const media = mediaBeside(body);
  const content = media.length === 0 ? asked : [...media, { type: 'text', text: asked }];
  return { 'gen_ai.input.messages': toMessages([{ role: 'user', content }]) };
}

/** Attributes of a request. */
export function makerAttributes(body: Props): SpanAttributes {
  const { system } = body;
  return {
    'gen_ai.operation.name': body['messages'] === undefined ? 'text_completion' : 'chat',
    ...settings(body),
    'gen_ai.tool.definitions': makerTools(body),
    'gen_ai.system_instructions': system === undefined ? undefined : toParts(system),
    ...inputMessages(body),
  };
}
