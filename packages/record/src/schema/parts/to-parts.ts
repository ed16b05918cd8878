/** Converts the content of a message, in the shape of any provider, to parts. */

import { isObject, props, type Props } from '../../values/props.ts';
import type { MessagePart } from '../messages.ts';
import { AMAZON_READERS } from './amazon.ts';
import { isEncrypted, type ReadBlock } from './block.ts';
import { MEDIA_READERS, readMedia } from './media.ts';
import { SERVER_TOOL_READERS, SERVER_TOOL_SUFFIXES } from './server-tools.ts';
import { readText, TEXT_READERS, textOf } from './text.ts';
import { TOOL_CALL_READERS } from './tool-calls.ts';

/** Of more blocks only the last are converted. */
export const MAX_BLOCKS = 5000;
/** Of one block no more keys are read. */
const MAX_KEYS = 500;

/** OpenAI's Responses API lists messages among other items. */
const readMessage: ReadBlock = ({ content }, parts) => addParts(content, parts);

/** LangChain wraps the blocks that it has no type for. */
const readWrapped: ReadBlock = ({ value }, parts) => addParts(value, parts);

const READERS: ReadonlyMap<string, ReadBlock> = new Map(
  Object.entries({
    ...TEXT_READERS,
    ...TOOL_CALL_READERS,
    ...SERVER_TOOL_READERS,
    ...MEDIA_READERS,
    ...AMAZON_READERS,
    message: readMessage,
    non_standard: readWrapped,
  }),
);

/** The reader of a block without a known type. Google and Amazon name a block by a key of it. */
function readerByKey(block: Props): ReadBlock | undefined {
  for (const key in block) {
    const read = key === 'text' || key === 'content' || key === 'message' ? undefined : READERS.get(key);
    if (read !== undefined && isObject(block[key])) return read;
  }
  return undefined;
}

/** A block that names its type by a key: `{ image: { format, source } }`. */
function mediaByKey(block: Props): MessagePart | undefined {
  let keys = 0;
  for (const key in block) {
    if (keys++ === MAX_KEYS) return undefined;
    if (!isObject(block[key])) continue;
    const media = readMedia(block, key);
    if (media !== undefined) return media;
  }
  return undefined;
}

/** LangChain gives Amazon's results Anthropic's type. */
const AMAZON_RESULT = 'toolResult';

function addBlock(block: Props, parts: MessagePart[]): void {
  const given = typeof block['type'] === 'string' ? block['type'] : '';
  const type = given === 'tool_result' && isObject(block[AMAZON_RESULT]) ? AMAZON_RESULT : given;
  const read =
    READERS.get(type) ??
    (type === '' ? readerByKey(block) : SERVER_TOOL_SUFFIXES.find(([suffix]) => type.endsWith(suffix))?.[1]);
  if (read !== undefined) return read(block, parts);
  const media = readMedia(block, type) ?? (type === '' ? mediaByKey(block) : undefined);
  if (media !== undefined) return void parts.push(media);
  const plain = type === '' || typeof block['text'] === 'string' ? textOf(block) : undefined;
  if (plain === undefined) parts.push(unknownPart(block, type));
  else readText(block, parts);
}

function unknownPart(block: Props, type: string): MessagePart {
  const keys = Object.keys(block);
  const readable = keys.slice(0, MAX_KEYS).filter((key) => !isEncrypted(key));
  const rest = keys.length > MAX_KEYS ? { '…': `[+${keys.length - MAX_KEYS} keys]` } : {};
  return {
    ...Object.fromEntries(readable.map((key) => [key, block[key]])),
    ...rest,
    type: type === '' ? 'unknown' : type,
  };
}

/** Converts content and adds its parts. An unknown block is kept as it is, under its own type. */
export function addParts(content: unknown, parts: MessagePart[]): void {
  if (content === undefined || content === null || content === '') return;
  if (!Array.isArray(content)) return addOne(content, parts);
  const first = Math.max(0, content.length - MAX_BLOCKS);
  if (first > 0) addOne(`…[+${first} elements]`, parts);
  for (let index = first; index < content.length; index++) addOne(content[index], parts);
}

function addOne(block: unknown, parts: MessagePart[]): void {
  if (isObject(block) && typeof block !== 'function') addBlock(props(block), parts);
  // A huge bigint takes seconds to become text. Capture knows how to write it.
  else parts.push({ type: 'text', content: typeof block === 'bigint' ? block : String(block) });
}

/** Converts the content of a message (a string, blocks, or nothing) to parts. Never changes it. */
export function toParts(content: unknown): MessagePart[] {
  const parts: MessagePart[] = [];
  addParts(content, parts);
  return parts;
}
