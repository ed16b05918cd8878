export { type OpenAIClient, unwrapOpenAI, wrapOpenAI, type WrapOptions } from './wrap.ts';
