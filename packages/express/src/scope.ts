import type { InstrumentationScope } from '@spanline/core';

/** What spans of this package carry as `otel.scope.*`. */
export const SCOPE: InstrumentationScope = { name: '@spanline/express', version: '0.1.0' };
