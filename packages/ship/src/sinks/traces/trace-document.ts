import { ATTRIBUTES, type AttributeKey, type ParsedLine } from '@spanline/record';
import type { TraceStream } from '../../contracts/trace-stream.ts';
import { elasticSpan } from './elastic-span.ts';
import { openSearchSpan } from './opensearch-span.ts';
import { type Facts, spanFacts } from './span-facts.ts';

/** Makes the trace document of a line; `undefined` for a line that is no ended span. */
export type ToTraceDocument = (line: ParsedLine) => Record<string, unknown> | undefined;

/** No mapping of a boolean ignores another value, so a text that a foreign line has in its place is left out. */
function fitting(attributes: Facts): Facts {
  const isRefused = ([key, value]: [string, Facts[string]]): boolean =>
    Object.hasOwn(ATTRIBUTES, key) && ATTRIBUTES[key as AttributeKey].kind === 'boolean' && typeof value !== 'boolean';
  const entries = Object.entries(attributes);
  return entries.some(isRefused) ? Object.fromEntries(entries.filter((entry) => !isRefused(entry))) : attributes;
}

/** Returns the function that makes documents for a stream. */
export function traceDocumentsFor({ format, dataStream }: TraceStream): ToTraceDocument {
  return (line) => {
    const facts = spanFacts(line);
    if (facts === undefined) return undefined;
    const fit = { ...facts, attributes: fitting(facts.attributes) };
    return format === 'opensearch' ? openSearchSpan(fit) : elasticSpan(fit, dataStream);
  };
}
