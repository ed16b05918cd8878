/** Amazon's event stream: binary messages with headers and checksums, in the place of server-sent events. */
import { crc32 } from 'node:zlib';

const ENCODER = new TextEncoder();
/** The type of a header that is a text. */
const TEXT = 7;
/** Lengths and checksum before the headers, and the checksum behind the payload. */
const [PRELUDE, CHECKSUM] = [12, 4];

function header(name: string, value: string): Uint8Array {
  const [key, text] = [ENCODER.encode(name), ENCODER.encode(value)];
  return Uint8Array.of(key.length, ...key, TEXT, text.length >> 8, text.length & 0xff, ...text);
}

function message(headers: Readonly<Record<string, string>>, payload: object): Uint8Array {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)));
  const body = ENCODER.encode(JSON.stringify(payload));
  const bytes = new Uint8Array(PRELUDE + head.length + body.length + CHECKSUM);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length);
  view.setUint32(4, head.length);
  view.setUint32(8, crc32(bytes.subarray(0, 8)));
  bytes.set(head, PRELUDE);
  bytes.set(body, PRELUDE + head.length);
  view.setUint32(bytes.length - CHECKSUM, crc32(bytes.subarray(0, -CHECKSUM)));
  return bytes;
}

/** An event: `messageStart` and so on. */
export const amazonEvent = (type: string, payload: object): Uint8Array =>
  message({ ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }, payload);

/** An event of `InvokeModelWithResponseStream`, which has a part of the maker's own stream. */
export const amazonChunk = (part: object): Uint8Array =>
  amazonEvent('chunk', { bytes: Buffer.from(JSON.stringify(part)).toString('base64') });

/** A failure amid a stream. @param type - the name of the error, such as `ThrottlingException` */
export function amazonException(type: string, said: string): Uint8Array {
  const name = type.charAt(0).toLowerCase() + type.slice(1);
  const headers = { ':exception-type': name, ':content-type': 'application/json', ':message-type': 'exception' };
  return message(headers, { message: said });
}
