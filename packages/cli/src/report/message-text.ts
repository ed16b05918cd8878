/** Messages as text for people. */

import { isObject, list, type Props, props, text } from '@spanline/record';

const compact = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** `image image/png, 12345 bytes`. */
function mediaText(part: Props): string {
  const { modality, mime_type: type, bytes, uri, file_id: file } = part;
  const facts = [modality, type, typeof bytes === 'number' ? `${bytes} bytes` : undefined, uri, file];
  return `[${facts.flatMap((fact) => text(fact) ?? []).join(' ')}]`;
}

function partText(value: unknown): string {
  const part = props(value);
  const name = text(part['name']) ?? text(part['id']) ?? '';
  switch (part['type']) {
    case 'text':
      return compact(part['content']);
    case 'reasoning':
      return `(thought) ${part['redacted'] === true ? 'not shown by the provider' : compact(part['content'])}`;
    case 'tool_call':
      return `→ ${name}(${compact(part['arguments'])})`;
    case 'tool_call_response':
      return `← ${name}${name === '' ? '' : ' '}${part['is_error'] === true ? 'failed: ' : ''}${compact(part['response'])}`;
    case 'blob':
    case 'uri':
    case 'file':
      return mediaText(part);
    default:
      return compact(value);
  }
}

/** A reference that could not be resolved. */
const isReference = (value: unknown): boolean => isObject(value) && typeof props(value)['ref'] === 'string';

function messageText(value: unknown): string {
  if (isReference(value)) return `[not in the log: message ${compact(props(value)['ref'])}]`;
  const message = props(value);
  const parts = list(message['parts']);
  const role = text(message['role']);
  if (role === undefined || message['parts'] === undefined) return compact(value);
  return `${role}:\n${parts.map(partText).join('\n')}`;
}

/** Messages one after the other, or any other content as JSON. */
export function contentText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.some((entry) => props(entry)['role'] !== undefined || isReference(entry)))
    return value.map(messageText).join('\n\n');
  if (Array.isArray(value) && value.length > 0 && value.every((entry) => typeof props(entry)['type'] === 'string'))
    return value.map(partText).join('\n');
  return JSON.stringify(value, null, 2) ?? '';
}
