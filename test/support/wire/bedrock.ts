import { crc32 } from 'node:zlib';
import { json, type WireReply } from './server.ts';

const USAGE = {
  inputTokens: 26,
  outputTokens: 20,
  totalTokens: 120,
  cacheReadInputTokens: 64,
  cacheWriteInputTokens: 10,
};

function header(name: string, value: string): Buffer {
  const bytes = Buffer.from(value);
  const head = Buffer.from([name.length, ...Buffer.from(name), 7, 0, bytes.length]);
  return Buffer.concat([head, bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A message of Amazon's event stream: lengths, their checksum, headers, payload, checksum of all. */
function frame([type, payload]: readonly [string, object]): Buffer {
  const kind = type.endsWith('Exception') ? 'exception' : 'event';
  const headers = Buffer.concat([
    header(`:${kind}-type`, type),
    header(':content-type', 'application/json'),
    header(':message-type', kind),
  ]);
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.concat([uint32(headers.length + body.length + 16), uint32(headers.length)]);
  const message = Buffer.concat([prelude, uint32(crc32(prelude)), headers, body]);
  return Buffer.concat([message, uint32(crc32(message))]);
}

/** Converse: one block, whole or streamed. */
export function converse(
  stream: boolean,
  block: object,
  start: readonly (readonly [string, object])[],
  deltas: readonly object[],
  stopReason: string,
): WireReply {
  const metadata = { usage: USAGE, metrics: { latencyMs: 5 } };
  if (!stream) {
    const output = { message: { role: 'assistant', content: [block] } };
    return json({ output, stopReason, ...metadata }, 200, { 'x-amzn-requestid': 'req_1' });
  }
  const frames: (readonly [string, object])[] = [
    ['messageStart', { role: 'assistant' }],
    ...start,
    ...deltas.map((delta) => ['contentBlockDelta', { contentBlockIndex: 0, delta }] as const),
    ['contentBlockStop', { contentBlockIndex: 0 }],
    ['messageStop', { stopReason }],
    ['metadata', metadata],
  ];
  return eventStream(frames);
}

/** Events of a stream; those called `…Exception` are its errors. */
export function eventStream(frames: readonly (readonly [string, object])[]): WireReply {
  return { type: 'application/vnd.amazon.eventstream', chunks: frames.map(frame) };
}

/** An event of `InvokeModelWithResponseStream`. */
export const chunk = (piece: object): readonly [string, object] => [
  'chunk',
  { bytes: Buffer.from(JSON.stringify(piece)).toString('base64') },
];

/** InvokeModel: the model's own answer. A stream has it in pieces. */
export function invoked(pieces: readonly object[], stream: boolean): WireReply {
  return stream ? eventStream(pieces.map(chunk)) : json(pieces[0]);
}

/** Converse: a text. */
export const bedrockText = (stream: boolean): WireReply =>
  converse(stream, { text: 'It is sunny.' }, [], [{ text: 'It is' }, { text: ' sunny.' }], 'end_turn');

/** Converse: a tool call. */
export const bedrockTool = (stream: boolean): WireReply =>
  converse(
    stream,
    { toolUse: { toolUseId: 'call_1', name: 'weather', input: { city: 'Oslo' } } },
    [['contentBlockStart', { contentBlockIndex: 0, start: { toolUse: { toolUseId: 'call_1', name: 'weather' } } }]],
    [{ toolUse: { input: '{"city":' } }, { toolUse: { input: '"Oslo"}' } }],
    'tool_use',
  );
