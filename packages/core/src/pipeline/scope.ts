import type { InstrumentationScope } from '../api/index.ts';

/** Scope of spans that name no instrumentation. */
export const SCOPE: InstrumentationScope = { name: '@spanline/core', version: '0.1.0' };
