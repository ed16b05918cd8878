/** Messages of a model call as a conversation. */

import { list, type Message, type MessagePart, number, props, type RetrievedDocument, text } from '@spanline/record';
import type { DocumentAnswer, MessageAnswer, PartAnswer } from '../../contract/index.ts';
import type { TextStarts } from './long-text.ts';
import type { UsedText } from './used-text.ts';

/** A value as text: texts as they are, everything else as JSON with line breaks. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value, undefined, 2);
}

/** A text that holds JSON, with line breaks. */
export function pretty(value: unknown): string {
  if (typeof value !== 'string') return toText(value);
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.stringify(JSON.parse(value), undefined, 2);
  } catch {
    return value;
  }
}

function toPart(part: MessagePart, texts: TextStarts): PartAnswer {
  const { type } = part;
  const given = props(part);
  const id = text(given['id']);
  const withId = id === undefined ? {} : { id };
  if (type === 'text' || type === 'reasoning') return { type, text: texts.add(toText(given['content'])) };
  if (type === 'tool_call')
    return { type, name: text(given['name']) ?? '', ...withId, text: texts.add(pretty(given['arguments'])) };
  if (type === 'tool_call_response')
    return { type: 'tool_result', ...withId, text: texts.add(pretty(given['response'])) };
  // Binary content is named, never drawn.
  const name = [type, text(given['name']) ?? text(given['mime_type']) ?? text(given['modality'])];
  return { type: 'other', name: name.filter(Boolean).join(' '), text: texts.add(toText(withoutType(given))) };
}

function withoutType(given: Readonly<Record<string, unknown>>): unknown {
  const { type: _type, ...rest } = given;
  return rest;
}

function isMessage(value: unknown): value is Message {
  const given = props(value);
  return typeof given['role'] === 'string' && Array.isArray(given['parts']);
}

/** The messages of a restored input or output; `undefined` if it is no conversation. */
export function toMessageAnswers(value: unknown, texts: TextStarts): MessageAnswer[] | undefined {
  const messages: unknown = typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : value;
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage)) return undefined;
  return messages.map((message) => ({
    role: message.role,
    parts: message.parts.map((part) => toPart(part, texts)),
    ...(typeof message.finish_reason === 'string' ? { finishReason: message.finish_reason } : {}),
  }));
}

/** The documents of a retriever or reranker. */
export function toDocumentAnswers(value: unknown, texts: TextStarts, used?: UsedText): DocumentAnswer[] {
  return list(value).map((entry) => {
    const { id, score, content, metadata } = props(entry) as Partial<Record<keyof RetrievedDocument, unknown>>;
    const shown = metadata === undefined ? toText(content) : `${toText(content)}\n\n${toText(metadata)}`;
    const sent = texts.add(shown.trim());
    const places = used?.placesIn(sent.text) ?? [];
    return {
      ...(text(id) === undefined ? {} : { id: String(id) }),
      ...(number(score) === undefined ? {} : { score: Number(score) }),
      text: sent,
      ...(places.length === 0 ? {} : { used: places }),
    };
  });
}
