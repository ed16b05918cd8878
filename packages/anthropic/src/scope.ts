import type { Scope } from '@spanline/core';

/** What spans of this package carry as `otel.scope.*`. */
export const SCOPE: Scope = { name: '@spanline/anthropic', version: '0.1.0' };
