/** Parts of messages and answers of the AI SDK, in OpenTelemetry's shape. */

import type { MessagePart } from '@spanline/core';
import { isObject, type Props, props, text } from '@spanline/instrumentation';

const MODALITIES: ReadonlySet<string> = new Set(['image', 'audio', 'video']);

function modalityOf(mediaType: string | undefined): string {
  const [kind = ''] = (mediaType ?? '').split('/');
  return MODALITIES.has(kind) ? kind : 'document';
}

/** JSON that the SDK has not parsed yet. Text that is none stays text. */
function parsedArguments(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

/** The payload of a file: base64, bytes, a URL, or from `ai` 7 on an object with one of them. */
function payloadOf({ data, image, file, url }: Props): unknown {
  const generated = props(file);
  const given = data ?? image ?? url ?? generated['base64'] ?? generated['uint8Array'];
  if (!isObject(given) || ArrayBuffer.isView(given) || given instanceof ArrayBuffer || given instanceof URL)
    return given;
  const { data: bytes, url: address, text: plain, reference } = given as Props;
  return bytes ?? address ?? plain ?? reference;
}

function filePart(part: Props, mediaType: string | undefined): MessagePart {
  const modality = modalityOf(mediaType);
  const mime = mediaType === undefined ? {} : { mime_type: mediaType };
  const payload = payloadOf(part);
  if (payload instanceof ArrayBuffer) return { type: 'blob', modality, ...mime, content: new Uint8Array(payload) };
  if (ArrayBuffer.isView(payload)) return { type: 'blob', modality, ...mime, content: payload };
  const given = payload instanceof URL ? payload.href : payload;
  if (typeof given !== 'string') return { type: 'file', modality, ...mime, file_id: JSON.stringify(given ?? null) };
  const [, payloadOfUrl] = /^data:[^,]*;base64,(.*)$/s.exec(given) ?? [];
  if (payloadOfUrl !== undefined) return { type: 'blob', modality, ...mime, content: payloadOfUrl };
  return /^[a-z][\w+.-]*:/i.test(given)
    ? { type: 'uri', modality, uri: given }
    : { type: 'blob', modality, ...mime, content: given };
}

/** The result of a tool: in a prompt wrapped by its kind, in an answer as the tool gave it. */
function resultOf({ output, result, error }: Props): { response: unknown; isError: boolean } {
  const { type, value, reason } = props(output);
  const kind = text(type);
  if (kind !== undefined && ('value' in props(output) || kind === 'execution-denied')) {
    return { response: value ?? reason ?? kind, isError: kind.startsWith('error') || kind === 'execution-denied' };
  }
  return {
    response: output ?? result ?? (error instanceof Error ? error.message : error),
    isError: error !== undefined,
  };
}

function callPart({ toolCallId, toolName, input, args, providerExecuted }: Props): MessagePart {
  const name = text(toolName) ?? '';
  const id = text(toolCallId) === undefined ? {} : { id: text(toolCallId) };
  const parameters = parsedArguments(input ?? args);
  return providerExecuted === true
    ? { type: 'server_tool_call', ...id, name, server_tool_call: { type: name, arguments: parameters } }
    : { type: 'tool_call', ...id, name, arguments: parameters };
}

function responsePart(part: Props, isAnswer: boolean): MessagePart {
  const { toolCallId, toolName, isError: isMarked } = part;
  const { response, isError } = resultOf(part);
  const id = text(toolCallId) === undefined ? {} : { id: text(toolCallId) };
  const failed = isError || isMarked === true ? { is_error: true as const } : {};
  return isAnswer
    ? {
        type: 'server_tool_call_response',
        ...id,
        server_tool_call_response: { type: text(toolName) ?? '', result: response },
        ...failed,
      }
    : { type: 'tool_call_response', ...id, response, ...failed };
}

/** True for a part that the SDK adds to an answer after the model has given it: the results of the client's tools. */
const isAdded = ({ type, providerExecuted }: Props): boolean =>
  (type === 'tool-result' || type === 'tool-error') && providerExecuted === false;

function toPart(part: Props, isAnswer: boolean): MessagePart {
  const { type, text: content } = part;
  switch (type) {
    case 'text':
      return { type: 'text', content: text(content) ?? '' };
    case 'reasoning':
      return { type: 'reasoning', content: text(content) ?? '' };
    case 'tool-call':
      return callPart(part);
    case 'tool-result':
    case 'tool-error':
      return responsePart(part, isAnswer);
    case 'image':
      return filePart(part, text(part['mediaType']) ?? 'image');
    case 'file':
    case 'reasoning-file':
      return filePart(part, text(part['mediaType']) ?? text(props(part['file'])['mediaType']));
    default: {
      const { providerOptions: _options, providerMetadata: _metadata, ...rest } = part;
      return { ...rest, type: text(type) ?? 'unknown' };
    }
  }
}

/** Adds a source to the text that rests on it. */
function addSource(parts: MessagePart[], part: Props): void {
  const { type: _type, providerMetadata: _metadata, ...source } = part;
  const last = parts.findLast(({ type }) => type === 'text') as { citations?: unknown[] } | undefined;
  if (last === undefined) parts.push({ ...source, type: 'source' });
  else (last.citations ??= []).push(source);
}

/** Of more parts only the last are converted. */
const MAX_PARTS = 5000;

/**
 * Converts the parts of a message or of an answer.
 *
 * @param isAnswer - results of tools in it are those of tools that the provider ran
 */
export function toParts(content: unknown, isAnswer: boolean): MessagePart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }];
  if (!Array.isArray(content)) return [];
  const parts: MessagePart[] = [];
  const given = (content.length > MAX_PARTS ? content.slice(-MAX_PARTS) : content) as unknown[];
  for (const entry of given) {
    const part = props(entry);
    if (part['type'] === 'source') addSource(parts, part);
    else if (!isAnswer || !isAdded(part)) parts.push(toPart(part, isAnswer));
  }
  return parts;
}
