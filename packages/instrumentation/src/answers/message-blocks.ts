/** Content blocks of Anthropic's Messages API, put together from the events of a stream. */

import { list, type MessagePart, type Props, props, toParts } from '@spanline/record';
import { createEntries, leftOutPart } from './entries.ts';
import { createTextBuffer, type TextBuffer } from './text-buffer.ts';

/** A block of a streamed message, as far as it has arrived. */
interface StreamedBlock {
  readonly start: Props;
  readonly text: TextBuffer;
  readonly json: TextBuffer;
  readonly citations: unknown[];
}

const MAX_CITATIONS = 1000;

/** The member of a block that its texts belong to. */
const TEXT_FIELDS: Readonly<Record<string, string>> = { thinking: 'thinking', compaction: 'content' };

/** The block as a message that is not streamed would have it. */
function wholeBlock({ start, text: buffer, json, citations }: StreamedBlock): Props {
  const input = json.toString();
  const content = buffer.toString();
  const whole = { ...start };
  if (input !== '') whole['input'] = input;
  if (content !== '') whole[TEXT_FIELDS[String(start['type'])] ?? 'text'] = content;
  if (citations.length > 0) whole['citations'] = [...list(start['citations']), ...citations];
  return whole;
}

/** The content of a streamed message. */
export interface MessageBlocks {
  /**
   * Adds an event.
   *
   * @returns true if it has a piece of the answer
   */
  add(event: Props): boolean;
  /** The parts of the answer as far as they have arrived. */
  parts(): MessagePart[];
}

/** Creates empty content. */
export function createMessageBlocks(): MessageBlocks {
  const blocks = createEntries<StreamedBlock>();
  const blockOf = (index: unknown, start: Props): StreamedBlock | undefined =>
    blocks.at(index, () => ({ start, text: createTextBuffer(), json: createTextBuffer(), citations: [] }));

  return {
    add({ type, index, content_block: start, delta: given }): boolean {
      if (type === 'content_block_start') blockOf(index, props(start));
      if (type !== 'content_block_delta') return false;
      const delta = props(given);
      const block = blockOf(index, { type: 'text' });
      if (block === undefined) return true;
      block.text.add(delta['text'] ?? delta['thinking'] ?? delta['content']);
      block.json.add(delta['partial_json']);
      const { citation } = delta;
      if (citation !== undefined && block.citations.length < MAX_CITATIONS) block.citations.push(citation);
      return true;
    },
    parts(): MessagePart[] {
      const parts = toParts(blocks.all().map(wholeBlock));
      return blocks.leftOut === 0 ? parts : [...parts, leftOutPart(blocks.leftOut, 'blocks')];
    },
  };
}
