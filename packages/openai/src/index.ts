export { type WrapOptions } from './options.ts';
export { type OpenAIClient, unwrapOpenAI, wrapOpenAI } from './wrap.ts';
