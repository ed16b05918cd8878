import { type CorrelationKeys, correlationKeys, type ProfileName } from '@spanline/record';
import { currentValues, enclosingSpan, isWriting } from '../context/index.ts';

/** Options of {@link correlation}. */
export interface CorrelationOptions {
  /** Spelling of the ids. @defaultValue `otel` */
  profile?: ProfileName;
}

function fill(target: Record<string, string>, key: string, value: string | undefined): void {
  if (value !== undefined) target[key] = value;
}

function readIds(keys: CorrelationKeys): Record<string, string> {
  const ids: Record<string, string> = {};
  const span = enclosingSpan();
  if (span !== undefined) {
    ids[keys.trace_id] = span.traceId;
    ids[keys.span_id] = span.spanId;
  }
  const { requestId, sessionId, userId } = currentValues();
  fill(ids, keys['http.request.id'], requestId);
  fill(ids, keys['session.id'], sessionId);
  fill(ids, keys['user.id'], userId);
  return ids;
}

/**
 * Creates a mixin for your own pino, `pino({ mixin: correlation() })`, which adds the ids of the current span, request,
 * session and user to every line that the application logs. It adds nothing outside of spans and `withContext`, and
 * nothing to the lines of spans. Never throws.
 */
export function correlation(options: CorrelationOptions = {}): () => Record<string, string> {
  const keys = correlationKeys(options.profile ?? 'otel');
  return () => {
    try {
      return isWriting() ? {} : readIds(keys);
    } catch {
      return {};
    }
  };
}
