/** Streams of trace documents: where each engine's own trace screens look for them. */
import { type Check, option } from '@spanline/record';

/** The engine whose trace screens read the documents. */
export type TraceFormat = 'opensearch' | 'elastic';

/** Where trace documents go. Plain data. */
export interface TraceStream {
  readonly format: TraceFormat;
  readonly dataStream: string;
}

/** Option of a sink or of a set-up: `true` for the default data stream. */
export type TracesOption = boolean | { readonly dataStream: string };

interface Naming {
  readonly fallback: string;
  readonly pattern: RegExp;
  readonly form: string;
}

/** Names that the screens search: `otel-v1-apm-span*` in OpenSearch Dashboards, `traces-*.otel-*` in Kibana. */
const NAMING: Readonly<Record<TraceFormat, Naming>> = {
  opensearch: {
    fallback: 'otel-v1-apm-span-spanline',
    pattern: /^otel-v1-apm-span-[^\s"*\\<>|,/?#:A-Z]{1,80}$/,
    form: 'otel-v1-apm-span-<name>',
  },
  elastic: {
    fallback: 'traces-spanline.otel-default',
    pattern: /^traces-[^\s"*\\<>|,/?#:A-Z-]{1,60}\.otel-[^\s"*\\<>|,/?#:A-Z-]{1,60}$/,
    form: 'traces-<name>.otel-<namespace>',
  },
};

/** Checks a {@link TracesOption}. */
export function tracesCheck(format: TraceFormat): Check<TracesOption> {
  const { pattern, form } = NAMING[format];
  const dataStream = option.required(
    option.like<string>(form, (value) => typeof value === 'string' && pattern.test(value)),
  );
  return option.anyOf<TracesOption>(option.boolean(), option.object<{ dataStream: string }>({ dataStream }));
}

/** The stream that an option names; `undefined` for none. */
export function traceStreamOf(format: TraceFormat, traces: TracesOption | undefined): TraceStream | undefined {
  if (traces === undefined || traces === false) return undefined;
  return { format, dataStream: traces === true ? NAMING[format].fallback : traces.dataStream };
}
