export { type Chain, chainOf, type ChainStep } from './chain.ts';
export { type Divergence, divergencesOf } from './divergence.ts';
export { type InputSource, sourcesOf } from './sources.ts';
