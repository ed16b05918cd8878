export { type GoogleGenAIClient, unwrapGoogleGenAI, wrapGoogleGenAI, type WrapOptions } from './wrap.ts';
