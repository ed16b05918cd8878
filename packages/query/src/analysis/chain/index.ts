export { type Chain, chainOf, type ChainStep, readChain } from './chain.ts';
export { type Divergence, divergencesOf, readDivergences, type TwoChains } from './divergence.ts';
export { type InputSource, sourcesOf } from './sources.ts';
