export { observe, type ObserveDecorator, traceable } from './observe.ts';
export type { CallOptions, ObserveOptions } from './options.ts';
