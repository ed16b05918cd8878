export type { Resource } from './common-fields.ts';
export { createPipeline, type Pipeline } from './pipeline.ts';
export { createSampler, type Sampler } from './sampler.ts';
export { createStats, type Stats } from './stats.ts';
