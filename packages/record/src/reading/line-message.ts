/** The message of a line, by the family of loggers that the line shows. */

import { messageOf } from './arguments.ts';
import type { LineFamily, MessageField } from './families.ts';

type Props = Record<string, unknown>;

const MAX_BYTE = 255;

/** journald writes a text that is not UTF-8, or has control characters, as an array of its bytes. */
function fromBytes(value: readonly unknown[]): string | undefined {
  const isBytes = value.every(
    (byte) => Number.isInteger(byte) && (byte as number) >= 0 && (byte as number) <= MAX_BYTE,
  );
  return isBytes && value.length > 0 ? new TextDecoder().decode(Uint8Array.from(value as number[])) : undefined;
}

function read(value: unknown, as: MessageField['as']): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  if (as === 'bytes') return fromBytes(value);
  return as === 'arguments' ? messageOf(value) : undefined;
}

function readFamilyMessage(record: Props, rest: Props, families: readonly LineFamily[]): void {
  for (const { message: field } of families) {
    if (field === undefined || !Object.hasOwn(rest, field.key)) continue;
    const { key, as } = field;
    const message = read(rest[key], as);
    if (message === undefined) continue;
    record['message'] = message;
    if (as !== 'copy' && message === rest[key]) delete rest[key];
    return;
  }
}

/** Takes the text in place of its template, which stays in `rest`. */
function readFormatted(record: Props, rest: Props, families: readonly LineFamily[]): void {
  const key = families.find(({ message }) => message?.as === 'formatted')?.message?.key;
  const text = key === undefined ? undefined : rest[key];
  if (key === undefined || typeof text !== 'string') return;
  if (text !== record['message']) rest['message'] = record['message'];
  record['message'] = text;
  delete rest[key];
}

/**
 * Sets `message` from the field of the logger. A field that was not used stays in `rest`.
 *
 * @param messageKey - the key that the logger is known to use
 * @param families - of the line
 */
export function readMessage(
  record: Props,
  rest: Props,
  messageKey: string | undefined,
  families: () => readonly LineFamily[],
): void {
  const isOwn = messageKey !== undefined && typeof rest[messageKey] === 'string';
  const key = isOwn ? messageKey : record['message'] === undefined ? 'msg' : undefined;
  if (key === undefined) {
    if (Object.hasOwn(rest, 'formattedMessage')) readFormatted(record, rest, families());
    return;
  }
  if (typeof rest[key] !== 'string') return readFamilyMessage(record, rest, families());
  record['message'] = rest[key];
  delete rest[key];
}
