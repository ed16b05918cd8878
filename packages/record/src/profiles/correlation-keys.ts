import type { ProfileName } from './names.ts';
import { SPELLINGS } from './spellings.ts';

/** Names of the ids on application lines, by canonical key. */
export interface CorrelationKeys {
  readonly trace_id: string;
  readonly span_id: string;
  readonly 'http.request.id': string;
  readonly 'session.id': string;
  readonly 'user.id': string;
}

/** The names of a profile. Datadog reads dotted keys as paths, so its names stay flat. */
export function correlationKeys(profile: ProfileName): CorrelationKeys {
  const spelling = SPELLINGS[profile];
  return {
    trace_id: spelling['trace_id'] ?? 'trace_id',
    span_id: spelling['span_id'] ?? 'span_id',
    'http.request.id': spelling['http.request.id'] ?? 'http.request.id',
    'session.id': spelling['session.id'] ?? 'session.id',
    'user.id': spelling['user.id'] ?? 'user.id',
  };
}
