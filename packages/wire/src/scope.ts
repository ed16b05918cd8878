import type { InstrumentationScope } from '@spanline/core';

/** The `otel.scope.*` of this package's spans. */
export const SCOPE: InstrumentationScope = { name: '@spanline/wire', version: '0.1.0' };
