/** Pictures of Amazon (Titan, Nova Canvas) and Stability. Capture describes them, and those of the request. */

import type { MessagePart, SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  type ClientCall,
  clientSpan,
  isObject,
  list,
  number,
  type Props,
  props,
  text,
  toParts,
  wholeReader,
} from '@spanline/instrumentation';

/** Keys of requests that only models of pictures have. */
const KEYS = ['imageGenerationConfig', 'text_prompts', 'aspect_ratio', 'output_format', 'negative_prompt'] as const;

/** Ids of models that make pictures: `amazon.nova-canvas-v1:0`, `stability.sd3-5-large-v1:0`. */
const MAKES_PICTURES = /\bstability\.|\bamazon\.(?:titan-image|nova-canvas)/;

/** Amazon keeps a task in an object that is named after it: `textToImageParams`. */
function taskOf(body: Props): Props {
  const name = Object.keys(body).find((key) => key.endsWith('Params') && isObject(body[key]));
  return name === undefined ? {} : props(body[name]);
}

/** True for a request to make a picture, by its keys or by the id of its model. */
export function isPicture(modelId: string, body: Props): boolean {
  if (body['messages'] !== undefined) return false;
  if (KEYS.some((key) => body[key] !== undefined) || MAKES_PICTURES.test(modelId)) return true;
  return typeof body['taskType'] === 'string' && Object.keys(taskOf(body)).length > 0;
}

const pictureParts = (pictures: readonly unknown[]): MessagePart[] =>
  pictures.flatMap((content) =>
    text(content) === undefined ? [] : [{ type: 'blob', modality: 'image', content: String(content) }],
  );

/** Pictures of a request, by the names that the tasks have for them. */
const PICTURES = ['image', 'images', 'maskImage', 'mask', 'conditionImage', 'referenceImage', 'init_image'] as const;

/** The text that asks for a picture or for a film. */
export function promptOf(body: Props): string | undefined {
  const { text: asked, prompt, text_prompts: prompts } = { ...body, ...taskOf(body) };
  const several = list(prompts).flatMap((each) => text(props(each)['text']) ?? []);
  return text(asked) ?? text(prompt) ?? text(several.join('\n'));
}

function askedParts(body: Props): MessagePart[] {
  const task = { ...body, ...taskOf(body) };
  const given = PICTURES.flatMap((key) => (Array.isArray(task[key]) ? list(task[key]) : [task[key]]));
  return [...toParts(promptOf(body)), ...pictureParts(given)];
}

function requestAttributes(body: Props): SpanAttributes {
  const config = { ...body, ...props(body['imageGenerationConfig']) };
  const count = number(config['numberOfImages'] ?? config['samples']);
  const parts = askedParts(body);
  return {
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.request.choice.count': count === 1 ? undefined : count,
    'gen_ai.request.seed': number(config['seed']),
    'gen_ai.output.type': 'image',
    ...(parts.length === 0 ? {} : { 'gen_ai.input.messages': [{ role: 'user', parts }] }),
  };
}

/** Why each picture ended. Stability has no reason for one that it made. */
function reasonsOf({ artifacts, finish_reasons: reasons }: Props): string[] {
  const given = artifacts === undefined ? list(reasons) : list(artifacts).map((each) => props(each)['finishReason']);
  return given.flatMap((reason) => text(reason) ?? []);
}

/** Amazon says in the body why it made no picture, or fewer than were asked for. */
function createPictureReader(): AnswerReader {
  let fault: string | undefined;
  const whole = (value: unknown): SpanAttributes => {
    const answer = props(value);
    const reasons = reasonsOf(answer);
    const parts = pictureParts([
      ...list(answer['images']),
      ...list(answer['artifacts']).map((artifact) => props(artifact)['base64']),
    ]);
    if (parts.length === 0) fault = text(answer['error']);
    return {
      'gen_ai.response.finish_reasons': reasons.length === 0 ? undefined : reasons,
      ...(parts.length === 0 ? {} : { 'gen_ai.output.messages': [{ role: 'assistant', parts }] }),
    };
  };
  return { ...wholeReader(whole), failure: () => (fault === undefined ? undefined : new Error(fault)) };
}

/** Reads a request for pictures. */
export function readPicture(body: Props, facts: SpanAttributes): ClientCall {
  const attributes = Object.assign(requestAttributes(body), facts);
  return { span: clientSpan('generate_content', 'llm', attributes), reader: createPictureReader() };
}
