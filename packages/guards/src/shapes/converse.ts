/** Answers of Bedrock's `Converse`: whole, or the events of its stream. Nova's own form is the same. */
import { list, props } from '@spanline/record';
import type { Path, Reading, Shape } from '../gate/shape.ts';
import { type Fields, idText, Texts } from './fields.ts';

/** Fields of a whole answer, and of the events that frame a stream. */
const ANSWER: Fields = {
  output: 'skip',
  contentBlockStart: 'skip',
  contentBlockDelta: 'skip',
  contentBlockStop: 'skip',
  messageStart: 'skip',
  messageStop: 'skip',
  stopReason: 'skip',
  usage: 'skip',
  metrics: 'skip',
  performanceConfig: 'skip',
  serviceTier: 'skip',
  trace: 'each',
  additionalModelResponseFields: 'each',
  metadata: 'skip',
  $metadata: 'skip',
  'amazon-bedrock-invocationMetrics': 'skip',
};
const FRAME: Fields = { ...ANSWER, role: 'skip' };
const BLOCK: Fields = {
  text: 'text',
  citationsContent: 'each',
  citation: 'each',
  guardContent: 'each',
  searchResult: 'each',
  toolResult: 'each',
  toolUse: 'skip',
  reasoningContent: 'skip',
  image: 'skip',
  document: 'skip',
  video: 'skip',
  audio: 'skip',
  cachePoint: 'skip',
};
const REASONING: Fields = { text: 'text', reasoningText: 'skip', signature: 'skip', redactedContent: 'skip' };
const TOOL: Fields = { input: 'json', toolUseId: 'skip', name: 'skip', type: 'skip' };

function readBlock(block: unknown, path: Path, texts: Texts, channel?: string): void {
  const { toolUse, reasoningContent } = props(block);
  const { reasoningText } = props(reasoningContent);
  const channelOf = channel === undefined ? undefined : (): string => channel;
  texts.fields(block, path, BLOCK, channelOf);
  texts.fields(reasoningContent, [...path, 'reasoningContent'], REASONING, channelOf);
  texts.fields(reasoningText, [...path, 'reasoningContent', 'reasoningText'], REASONING, channelOf);
  if (channel !== undefined) texts.fields(toolUse, [...path, 'toolUse'], TOOL, channelOf);
  else texts.value(props(toolUse)['input'], [...path, 'toolUse', 'input']);
}

/** Without the model's further fields, which have texts of the answer. */
function withoutTexts(frame: Record<string, unknown>): Record<string, unknown> {
  const { trace: _, additionalModelResponseFields: __, ...rest } = frame;
  return rest['stopReason'] === 'tool_use' ? { ...rest, stopReason: 'end_turn' } : rest;
}

/** Creates the shape of one answer. */
export function converseShape(): Shape<unknown> {
  /** Blocks that the reader has, and whether text may be added to them. */
  const open = new Map<unknown, boolean>();
  let next = 0;

  function replacementEvents(text: string): unknown[] {
    const [index = next] = [...open].find(([, isText]) => isText) ?? [];
    const delta = { contentBlockDelta: { contentBlockIndex: index, delta: { text } } };
    return open.has(index) ? [delta] : [delta, { contentBlockStop: { contentBlockIndex: index } }];
  }

  function closeAll(): unknown[] {
    const stops = [...open.keys()].map((index) => ({ contentBlockStop: { contentBlockIndex: index } }));
    open.clear();
    return stops;
  }

  return {
    read(chunk): Reading {
      const texts = new Texts();
      const { output, contentBlockStart, contentBlockDelta, contentBlockStop, messageStop, metadata } = props(chunk);
      texts.fields(chunk, [], ANSWER);
      for (const [at, block] of list(props(props(output)['message'])['content']).entries())
        readBlock(block, ['output', 'message', 'content', at], texts);
      const { start, contentBlockIndex } = props(contentBlockStart ?? contentBlockDelta);
      const channel = idText(contentBlockIndex);
      if (start !== undefined) {
        texts.fields(start, ['contentBlockStart', 'start'], BLOCK, () => channel);
        // The name of a tool waits for its arguments.
        texts.piece('', ['contentBlockStart', 'start', 'type'], channel, 'json');
      }
      const { delta } = props(contentBlockDelta);
      readBlock(delta, ['contentBlockDelta', 'delta'], texts, channel);
      texts.fields(messageStop, ['messageStop'], FRAME);
      texts.fields(metadata, ['metadata'], FRAME);
      const ended = props(contentBlockStop)['contentBlockIndex'];
      return { slots: texts.slots, unmapped: texts.unmapped, ends: ended === undefined ? [] : [idText(ended)] };
    },
    sent(chunk) {
      const { contentBlockStart, contentBlockDelta, contentBlockStop } = props(chunk);
      const { contentBlockIndex: index, delta } = props(contentBlockStart ?? contentBlockDelta);
      if (contentBlockStop !== undefined) open.delete(props(contentBlockStop)['contentBlockIndex']);
      if (index === undefined) return;
      next = Math.max(next, Number(index) + 1);
      // A text begins without an event of its own.
      open.set(index, props(delta)['text'] !== undefined);
    },
    stopped(chunk, replacement) {
      const event = props(chunk);
      if (event['output'] !== undefined) {
        const message = { role: 'assistant', content: [{ text: replacement ?? '' }] };
        return { chunks: [{ ...withoutTexts(event), output: { message } }], isShown: true };
      }
      const shown =
        replacement === undefined || event['messageStart'] !== undefined ? [] : replacementEvents(replacement);
      const isShown = shown.length > 0;
      const { contentBlockStart, contentBlockDelta, contentBlockStop, messageStop, metadata } = event;
      if ((contentBlockStart ?? contentBlockDelta ?? contentBlockStop) !== undefined) return { chunks: shown, isShown };
      if (event['messageStart'] !== undefined) return { chunks: [chunk], isShown };
      if (messageStop !== undefined) {
        const frame = { ...event, messageStop: withoutTexts(props(messageStop)) };
        return { chunks: [...shown, ...closeAll(), frame], isShown };
      }
      const frame = metadata === undefined ? [] : [{ ...event, metadata: withoutTexts(props(metadata)) }];
      return { chunks: [...shown, ...frame], isShown };
    },
  };
}
