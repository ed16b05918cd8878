import { describe, expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';

/** Bytes that begin with a signature, long enough to be taken for a payload. */
function payload(signature: string, at = 0): Buffer {
  const bytes = Buffer.from(Array.from({ length: 600 }, (_, index) => (index * 37) % 251));
  bytes.write(signature, at, 'latin1');
  return bytes;
}

const FORMATS: readonly (readonly [string, Buffer])[] = [
  ['image/png', payload('\u0089PNG\r\n\u001a\n')],
  ['image/jpeg', payload('\u00ff\u00d8\u00ff\u00e0')],
  ['image/gif', payload('GIF89a')],
  ['image/webp', payload('WEBPVP8 ', 8)],
  ['audio/wav', payload('WAVEfmt ', 8)],
  ['audio/mpeg', payload('ID3\u0004')],
  ['audio/ogg', payload('OggS')],
  ['audio/flac', payload('fLaC')],
  ['video/mp4', payload('ftypisom', 4)],
  ['application/pdf', payload('%PDF-1.7')],
];

function written(content: unknown): Record<string, unknown> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, capture: 'full', statsIntervalSeconds: 0 });
  tracer.startSpan({ name: 'step', input: content }).end();
  return JSON.parse(String(log.records()[0]?.['spanline.input'])) as Record<string, unknown>;
}

describe('the media type of a payload', () => {
  it.each(FORMATS)('is %s by its first bytes', (type, bytes) => {
    const base64 = bytes.toString('base64');
    expect(written({ result: base64 })['result']).toMatchObject({ mime_type: type, bytes: 600 });
    expect(written({ type: 'blob', content: base64 })).toMatchObject({ type: 'blob', mime_type: type });
    expect(written({ type: 'blob', modality: 'image', content: new Uint8Array(bytes) })).toMatchObject({
      type: 'blob',
      modality: 'image',
      mime_type: type,
      bytes: 600,
      sha256: expect.any(String) as string,
    });
    expect(written({ raw: bytes })['raw']).toEqual({ mime_type: type, bytes: 600 });
  });

  it('stands beside the title and the context of a document', () => {
    const told = { title: 'Tide table', context: 'From the harbour office' };
    expect(written({ type: 'blob', modality: 'document', content: 'AAAA', ...told })).toMatchObject({
      bytes: 3,
      ...told,
    });
  });

  it('of a picture is what its bytes say, whatever was declared', () => {
    const content = payload('\u00ff\u00d8\u00ff').toString('base64');
    expect(written({ type: 'blob', mime_type: 'image/png', content })['mime_type']).toBe('image/jpeg');
  });

  it('of a container is what was declared', () => {
    const content = payload('PK\u0003\u0004').toString('base64');
    const declared = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
    expect(written({ type: 'blob', mime_type: declared, content })['mime_type']).toBe(declared);
  });

  it('is unknown where nothing says it', () => {
    expect(written({ result: payload('').toString('base64') })['result']).toMatchObject({
      modality: 'document',
      mime_type: 'application/octet-stream',
    });
  });
});
