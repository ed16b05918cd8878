import type { ProfileName } from './names.ts';
import { SPELLINGS } from './spellings.ts';

/** The keys that tie the application's own lines to their trace, by canonical name. */
export interface CorrelationKeys {
  readonly trace_id: string;
  readonly span_id: string;
  readonly 'http.request.id': string;
  readonly 'session.id': string;
  readonly 'user.id': string;
}

/** How a profile spells the ids on lines of the application. Datadog takes dotted keys for paths, so flat ones serve there as well. */
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
