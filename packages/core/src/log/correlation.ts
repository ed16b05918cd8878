import { checkOptions, option, PROFILE_NAMES, type ProfileName, type Shape } from '@spanline/record';
import { isWriting } from '../context/index.ts';
import { createContextIds } from './context-ids.ts';

/** Options of {@link correlation}. */
export interface CorrelationOptions {
  /** Spelling of the ids. @defaultValue `otel` */
  profile?: ProfileName;
}

const SHAPE: Shape<CorrelationOptions> = { profile: option.oneOf(PROFILE_NAMES) };

/**
 * Creates a mixin for your own pino, `pino({ mixin: correlation() })`, which adds the ids of the current span, request,
 * session and user to every line that the application logs. They are written as on spans: redacted, hashed and left out
 * as the tracer of the current span says, else the tracer of the process. It adds nothing outside of spans and
 * `withContext`, and nothing to the lines of spans. The mixin never throws.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function correlation(options: CorrelationOptions = {}): () => Record<string, string> {
  checkOptions(SHAPE, options);
  const contextIds = createContextIds(options.profile ?? 'otel');
  return () => {
    const fields: Record<string, string> = {};
    try {
      if (isWriting()) return fields;
      for (const { key, value } of contextIds(undefined).ids) if (value !== undefined) fields[key] = value;
    } catch {
      // A line without ids is better than none.
    }
    return fields;
  };
}
