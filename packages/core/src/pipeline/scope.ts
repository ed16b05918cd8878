import type { Scope } from '../api/index.ts';

/** What spans that name no source carry as `otel.scope.*`. */
export const SCOPE: Scope = { name: '@spanline/core', version: '0.1.0' };
