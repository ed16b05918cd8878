import type { ProfileName } from './names.ts';
import { profileKey } from './spellings.ts';

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
  return {
    trace_id: profileKey('trace_id', profile),
    span_id: profileKey('span_id', profile),
    'http.request.id': profileKey('http.request.id', profile),
    'session.id': profileKey('session.id', profile),
    'user.id': profileKey('user.id', profile),
  };
}
