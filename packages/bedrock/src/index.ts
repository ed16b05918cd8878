export { type BedrockRuntimeClient, unwrapBedrock, wrapBedrock, type WrapOptions } from './wrap.ts';
