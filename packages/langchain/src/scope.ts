import type { InstrumentationScope } from '@spanline/core';

/** `otel.scope.*` of all spans of this package. */
export const SCOPE: InstrumentationScope = { name: '@spanline/langchain', version: '0.1.0' };
