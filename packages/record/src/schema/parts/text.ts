/** Text with its sources, and reasoning. */

import { list, props, type Props } from '../../values/props.ts';
import type { MessagePart } from '../messages.ts';
import { type ReadBlock, string, withoutEncrypted } from './block.ts';

/** A source, without what is encrypted. OpenAI's chat wraps the fields in a member that is named as the type is. */
function toCitation(value: unknown): unknown {
  const source = props(value);
  const inner = typeof source['type'] === 'string' ? source[source['type']] : undefined;
  const flat = typeof inner === 'object' && inner !== null ? { type: source['type'], ...inner } : value;
  return withoutEncrypted(flat);
}

/**
 * The sources of a text, each once: Anthropic calls them `citations`, OpenAI `annotations`. `undefined` if there are
 * none.
 */
export function citationsOf({ citations, annotations }: Props): readonly unknown[] | undefined {
  const found = Array.isArray(citations) ? (citations as unknown[]) : list(annotations);
  return found.length === 0 ? undefined : [...new Set(found)].map(toCitation);
}

/** A text. Sources without a text, which end a streamed one, belong to the text before them. */
export function addText(content: string, citations: readonly unknown[] | undefined, parts: MessagePart[]): void {
  const last = parts.at(-1);
  if (citations === undefined) parts.push({ type: 'text', content });
  else if (content === '' && last?.type === 'text') {
    const before = last['citations'];
    parts[parts.length - 1] = { ...last, citations: [...list(before), ...citations] };
  } else parts.push({ type: 'text', content, citations });
}

/** A thought. One that is not shown is left out. */
export function addReasoning(content: string, parts: MessagePart[]): void {
  if (content !== '') parts.push({ type: 'reasoning', content });
}

/** The text of a block: in `text`, in `content`, or a refusal. */
export function textOf({ text: plain, content, refusal }: Props): string | undefined {
  return string(plain) ?? string(content) ?? string(refusal);
}

/** Reads a text or a refusal. Google marks a thought in a block of text. */
export function readText(block: Props, parts: MessagePart[]): void {
  const content = textOf(block) ?? '';
  if (block['thought'] === true) addReasoning(content, parts);
  else addText(content, citationsOf(block), parts);
}

/** Joins the texts of a list: summaries of OpenAI, thoughts of Mistral. */
function joined(...lists: readonly unknown[]): string {
  return lists
    .flatMap(list)
    .map((entry) => string(entry) ?? string(props(entry)['text']) ?? '')
    .filter((text) => text !== '')
    .join('\n');
}

/** A thought that the provider does not show: the part says that it was there. */
const readRedacted: ReadBlock = (_, parts) => void parts.push({ type: 'reasoning', content: '', redacted: true });

const readReasoning: ReadBlock = (block, parts) => {
  const { thinking, reasoning, summary, content, reasoningContent, reasoningText } = block;
  if (props(reasoningContent)['redactedContent'] !== undefined) return readRedacted(block, parts);
  const amazon = props(props(reasoningContent)['reasoningText'] ?? reasoningText);
  const found = string(thinking) ?? string(reasoning) ?? textOf(block) ?? string(amazon['text']);
  addReasoning(found ?? joined(thinking, summary, content), parts);
};

/** Amazon: texts that rest on sources. */
const readCitationsContent: ReadBlock = ({ citationsContent }, parts) => {
  const { content, citations } = props(citationsContent);
  const text = list(content).map((entry) => string(props(entry)['text']) ?? '');
  addText(text.join(''), citationsOf({ citations }), parts);
};

/** Readers by the type of a block, or by the key that names it. */
export const TEXT_READERS: Readonly<Record<string, ReadBlock>> = {
  text: readText,
  output_text: readText,
  input_text: readText,
  refusal: readText,
  reasoning: readReasoning,
  thinking: readReasoning,
  redacted_thinking: readRedacted,
  reasoning_text: readReasoning,
  reasoning_content: readReasoning,
  reasoningContent: readReasoning,
  citations_content: readCitationsContent,
  citationsContent: readCitationsContent,
};
