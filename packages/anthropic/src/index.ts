export { type AnthropicClient, unwrapAnthropic, wrapAnthropic, type WrapOptions } from './wrap.ts';
