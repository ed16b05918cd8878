/** Media in the shapes of OpenAI, Anthropic, Google, Amazon and LangChain. Capture describes their payloads. */

import { list, props, type Props, text } from '../../values/props.ts';
import type { MessagePart } from '../messages.ts';
import { type ReadBlock, string } from './block.ts';

const MODALITIES = ['image', 'audio', 'video', 'document'];

/** Media types whose subtype is not the name of the format. */
const MIME_TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  mp3: 'audio/mpeg',
  pdf: 'application/pdf',
  csv: 'text/csv',
  html: 'text/html',
  md: 'text/markdown',
  txt: 'text/plain',
};

/** The media type of a format (`png`, `mp3`, `pdf`); `undefined` for a document of another format. */
export function mimeTypeOf(modality: string, format: unknown): string | undefined {
  const name = text(format)?.toLowerCase();
  if (name === undefined || name.includes('/')) return name;
  return MIME_TYPES[name] ?? (modality === 'document' ? undefined : `${modality}/${name}`);
}

function modalityOf(mime = ''): string {
  return MODALITIES.find((name) => mime.startsWith(`${name}/`)) ?? 'document';
}

/** A blob. Its payload is base64, or the bytes themselves. */
function blob(modality: string, mime: string | undefined, content: unknown): MessagePart {
  return { type: 'blob', modality, ...(mime === undefined ? {} : { mime_type: mime }), content };
}

/** Google: `{ inlineData: { mimeType, data } }`. */
const readInlineData: ReadBlock = ({ inlineData, inline_data: snake }, parts) => {
  const data = props(inlineData ?? snake);
  const mime = text(data['mimeType']) ?? text(data['mime_type']);
  parts.push(blob(modalityOf(mime), mime, string(data['data']) ?? ''));
};

/** Google: `{ fileData: { mimeType, fileUri } }`. */
const readFileData: ReadBlock = ({ fileData, file_data: snake }, parts) => {
  const data = props(fileData ?? snake);
  const mime = text(data['mimeType']) ?? text(data['mime_type']);
  const uri = text(data['fileUri']) ?? text(data['file_uri']) ?? '';
  parts.push({ type: 'uri', modality: modalityOf(mime), uri });
};

/** Media readers by the key that names the block. */
export const MEDIA_READERS: Readonly<Record<string, ReadBlock>> = {
  inlineData: readInlineData,
  inline_data: readInlineData,
  fileData: readFileData,
  file_data: readFileData,
};

/** A URL that holds a base64 payload. */
const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)?[^,]{0,128};base64,(.*)$/s;

/** The object with the payload: in `source`, in the member that is named as the block is, in both, or the block. */
function sourceOf(block: Props, type: string): Props {
  const named = block['source'] ?? block[type];
  if (typeof named !== 'object' || named === null) return block;
  const { source } = named as Props;
  return typeof source === 'object' && source !== null
    ? { ...(named as Props), ...(source as Props) }
    : (named as Props);
}

function urlOf(block: Props, source: Props): string | undefined {
  return (
    text(source['url']) ??
    text(props(block['image_url'])['url']) ??
    text(block['image_url']) ??
    text(block['fileUri']) ??
    text(source['file_data']) ??
    text(source['file_url']) ??
    text(props(source['s3Location'])['uri'])
  );
}

/** Members of a document that a model sees beside its content. OpenAI and Amazon have the name of the file. */
const DOCUMENT_FACTS = ['title', 'context', 'filename', 'name'] as const;

/**
 * Reads a block of media.
 *
 * @param type - the type of the block, or the key that names it
 * @returns `undefined` for a block that is no media
 */
export function readMedia(block: Props, type: string): MessagePart | undefined {
  const part = readPayload(block, type);
  if (part === undefined || !/document|file/.test(type)) return part;
  const source = sourceOf(block, type);
  const facts: Props = {};
  for (const key of DOCUMENT_FACTS) {
    const fact = text(block[key]) ?? text(source[key]);
    if (fact !== undefined) facts[key] = fact;
  }
  return { ...part, ...facts };
}

/** The text of a document that has no file: a string, or blocks that are texts. */
function documentText({ text: plain, content }: Props): string | undefined {
  const texts = list(content).map((block) => string(props(block)['text']));
  const isText = texts.length > 0 && !texts.includes(undefined);
  return string(plain) ?? (isText ? texts.join('\n') : undefined);
}

function readPayload(block: Props, type: string): MessagePart | undefined {
  const named = MODALITIES.find((name) => type.includes(name)) ?? (type.includes('file') ? 'document' : undefined);
  const source = sourceOf(block, type);
  const given = text(source['media_type']) ?? text(block['mime_type']) ?? text(block['mimeType']);
  const modality = named ?? (type === 'media' ? modalityOf(given) : undefined);
  if (modality === undefined) return undefined;
  const mime = given ?? mimeTypeOf(modality, source['format']);
  const data = string(source['data']) ?? string(block['data']);
  if (data !== undefined && source['type'] === 'text') return { type: 'text', content: data };
  if (data !== undefined) return blob(modality, mime, data);
  if (ArrayBuffer.isView(source['bytes'])) return blob(modality, mime, source['bytes']);
  const written = modality === 'document' && source !== block ? documentText(source) : undefined;
  if (written !== undefined) return { type: 'text', content: written };
  const file = text(source['file_id']) ?? text(block['file_id']) ?? text(block['fileId']);
  const id = file ?? (block['source_type'] === 'id' ? text(block['id']) : undefined);
  if (id !== undefined) return { type: 'file', modality, file_id: id };
  const url = urlOf(block, source);
  if (url === undefined) return undefined;
  const [, inlineMime, payload] = DATA_URL.exec(url) ?? [];
  return payload === undefined
    ? { type: 'uri', modality, uri: url }
    : blob(modality, inlineMime ?? 'text/plain', payload);
}
