import { describe, expect, it } from 'vitest';
import { toParts } from '../../src/schema/index.ts';

const PNG = 'iVBORw0KGgo=';
const BYTES = new Uint8Array([1, 2, 3]);
const blob = { type: 'blob', modality: 'image', mime_type: 'image/png', content: PNG };

describe('media in a message', () => {
  it.each([
    [
      'OpenAI',
      { type: 'image_url', image_url: { url: 'https://a.test/x.png' } },
      { type: 'uri', modality: 'image', uri: 'https://a.test/x.png' },
    ],
    ['OpenAI, as a payload', { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }, blob],
    ["OpenAI's Responses, as a payload", { type: 'input_image', image_url: `data:image/png;base64,${PNG}` }, blob],
    [
      'OpenAI, as a file',
      { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PNG}` } },
      { type: 'blob', modality: 'document', mime_type: 'application/pdf', content: PNG, filename: 'a.pdf' },
    ],
    [
      "OpenAI's Responses, as a file by address",
      { type: 'input_file', filename: 'a.pdf', file_url: 'https://a.test/a.pdf' },
      { type: 'uri', modality: 'document', uri: 'https://a.test/a.pdf', filename: 'a.pdf' },
    ],
    ['Anthropic', { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }, blob],
    ['Google', { inlineData: { mimeType: 'image/png', data: PNG } }, blob],
    ['Amazon', { image: { format: 'png', source: { bytes: BYTES } } }, { ...blob, content: BYTES }],
    [
      "LangChain's blocks of Amazon",
      { type: 'image', image: { format: 'png', source: { bytes: BYTES } } },
      { ...blob, content: BYTES },
    ],
    [
      'Amazon, by address',
      { video: { format: 'mp4', source: { s3Location: { uri: 's3://b/a.mp4' } } } },
      { type: 'uri', modality: 'video', uri: 's3://b/a.mp4' },
    ],
    [
      "OpenAI's sound",
      { type: 'input_audio', input_audio: { data: PNG, format: 'mp3' } },
      { type: 'blob', modality: 'audio', mime_type: 'audio/mpeg', content: PNG },
    ],
    [
      'Google, by address',
      { fileData: { mimeType: 'video/mp4', fileUri: 'gs://b/a.mp4' } },
      { type: 'uri', modality: 'video', uri: 'gs://b/a.mp4' },
    ],
    ["LangChain's first blocks", { type: 'image', source_type: 'base64', mime_type: 'image/png', data: PNG }, blob],
    ["LangChain's blocks of 1.x", { type: 'image', mimeType: 'image/png', data: PNG }, blob],
    ["LangChain's Google clients", { type: 'media', mimeType: 'image/png', data: PNG }, blob],
    [
      "LangChain's Google clients, by address",
      { type: 'media', mimeType: 'application/pdf', fileUri: 'gs://bucket/a.pdf' },
      { type: 'uri', modality: 'document', uri: 'gs://bucket/a.pdf' },
    ],
    ['a file by its id', { type: 'file', fileId: 'file_1' }, { type: 'file', modality: 'document', file_id: 'file_1' }],
    [
      "a file by its id in LangChain's first blocks",
      { type: 'file', source_type: 'id', id: 'file_1' },
      { type: 'file', modality: 'document', file_id: 'file_1' },
    ],
  ])('is recorded as %s spells it', (_name, block, part) => {
    expect(toParts([block])).toEqual([part]);
  });

  it('that nobody knows is kept as it is', () => {
    expect(toParts([{ type: 'hologram', bytes: 3 }])).toEqual([{ type: 'hologram', bytes: 3 }]);
  });
});
