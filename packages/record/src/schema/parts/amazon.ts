/** Blocks of Amazon's `Converse`, which are named by a key. */

import { props, text } from '../../values/props.ts';
import { isFailed, type ReadBlock, string } from './block.ts';
import { readMedia } from './media.ts';
import { serverToolCall, serverToolResult } from './server-tools.ts';
import { addText } from './text.ts';
import { toolCall, toolResponse } from './tool-calls.ts';

/** Amazon runs some tools itself: then the call and its result have a type. */
const readCall: ReadBlock = ({ toolUse }, parts) => {
  const { toolUseId: id, name, input, type } = props(toolUse);
  parts.push(type === 'server_tool_use' ? serverToolCall(id, text(name) ?? '', input) : toolCall(id, name, input));
};

const readResult: ReadBlock = ({ toolResult }, parts) => {
  const { toolUseId: id, content, type, ...rest } = props(toolResult);
  const tool = text(type)?.replace(/_result$/, '');
  parts.push(
    tool === undefined ? toolResponse(id, content, isFailed(rest)) : serverToolResult(id, tool, { ...rest, content }),
  );
};

/** A text or a picture that a guardrail looks at, in place of the whole conversation. */
const readGuarded: ReadBlock = ({ guardContent }, parts) => {
  const { text: guarded, image } = props(guardContent);
  const words = string(props(guarded)['text']) ?? string(guarded);
  if (words !== undefined) addText(words, undefined, parts);
  const picture = readMedia({ image }, 'image');
  if (picture !== undefined) parts.push(picture);
};

/** A mark of the cache is no content. */
const readNothing: ReadBlock = () => undefined;

/** A source that the application found. Anthropic has the same block under its type. */
const readSearchResult: ReadBlock = ({ searchResult }, parts) => {
  parts.push({ ...props(searchResult), type: 'search_result' });
};

/** Readers by the key that names the block. */
export const AMAZON_READERS: Readonly<Record<string, ReadBlock>> = {
  toolUse: readCall,
  toolResult: readResult,
  guardContent: readGuarded,
  cachePoint: readNothing,
  searchResult: readSearchResult,
};
