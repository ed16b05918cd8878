/** Requests to models on Amazon Bedrock that make pictures. */

import type { Invocation } from './invocation.ts';

const PNG = 'iVBORw0KGgo=';
const BLOB = { type: 'blob', modality: 'image' };

const makes = (modelId: string, body: object, whole: object, line: object): Invocation => ({
  modelId,
  body,
  whole,
  line: {
    'span.type': 'llm',
    'span.name': `generate_content ${modelId}`,
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.output.type': 'image',
    ...line,
  },
});

const asked = (...more: object[]): object => ({
  'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'A cat.' }, ...more] }],
});
const made = (count: number): object => ({
  'gen_ai.output.messages': [{ role: 'assistant', parts: Array.from({ length: count }, () => BLOB) }],
});

/** Models of pictures. */
export const PICTURES: Readonly<Record<string, Invocation>> = {
  'Titan Image': makes(
    'amazon.titan-image-generator-v2:0',
    {
      taskType: 'TEXT_IMAGE',
      textToImageParams: { text: 'A cat.' },
      imageGenerationConfig: { numberOfImages: 2, seed: 7, width: 512 },
    },
    { images: [PNG, PNG], error: null },
    { ...asked(), ...made(2), 'gen_ai.request.choice.count': 2, 'gen_ai.request.seed': 7 },
  ),
  'Nova Canvas, of another picture': makes(
    'amazon.nova-canvas-v1:0',
    { taskType: 'INPAINTING', inPaintingParams: { text: 'A cat.', image: PNG, maskPrompt: 'dog' } },
    { images: [PNG] },
    { ...asked(BLOB), ...made(1) },
  ),
  'Nova Canvas, refused': makes(
    'amazon.nova-canvas-v1:0',
    { taskType: 'TEXT_IMAGE', textToImageParams: { text: 'A cat.' } },
    { images: [], error: 'Blocked by our content filters.' },
    { ...asked(), 'span.status': 'error', 'error.message': 'Blocked by our content filters.' },
  ),
  'Stable Diffusion XL': makes(
    'stability.stable-diffusion-xl-v1',
    { text_prompts: [{ text: 'A cat.', weight: 1 }], cfg_scale: 7, seed: 7, samples: 1 },
    { result: 'success', artifacts: [{ seed: 7, base64: PNG, finishReason: 'SUCCESS' }] },
    { ...asked(), ...made(1), 'gen_ai.request.seed': 7, 'gen_ai.response.finish_reasons': ['SUCCESS'] },
  ),
  'Stable Image': makes(
    'stability.stable-image-ultra-v1:1',
    { prompt: 'A cat.', aspect_ratio: '1:1', output_format: 'png' },
    { seeds: [7], finish_reasons: [null], images: [PNG] },
    { ...asked(), ...made(1) },
  ),
  'Stable Image, filtered': makes(
    'us.stability.stable-image-remove-background-v1:0',
    { prompt: 'A cat.', image: PNG },
    { seeds: [], finish_reasons: ['Filter reason: prompt'], images: [] },
    { ...asked(BLOB), 'gen_ai.response.finish_reasons': ['Filter reason: prompt'] },
  ),
};
