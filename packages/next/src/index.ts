export { type Identity, propagate, type PropagateOptions } from '@spanline/http';
export { identify, traced, type TracedOptions } from './traced.ts';
