/** The set-up of the data stream that trace documents go to. */
import type { TraceStream } from '../contracts/trace-stream.ts';
import { lifecycleRequest } from './lifecycle.ts';
import type { SetupRequest } from './request.ts';
import { settingsOf } from './stream-settings.ts';
import { elasticSpanTemplate, openSearchSpanTemplate } from './trace-mappings.ts';

/** Data Prepper's template for `otel-v1-apm-span-*`, and Elastic's for `traces-*.otel-*`, have lower priorities. */
const PRIORITY = 500;
const COMPONENT = 'spanline-traces';
/** Elastic's own templates of spans, since Elasticsearch 8.16. Ours comes behind those whose types it repeats. */
const ELASTIC = ['otel@mappings', 'traces-otel@mappings', 'semconv-resource-to-ecs@mappings'];

/** Facts of a whole set-up that its traces follow. */
interface Wanted {
  readonly retentionDays: number;
  readonly lifecycle: boolean;
  /** Spans have their prompts and answers. */
  readonly hasContent: boolean;
}

/** Creates the requests for a stream of trace documents: lifecycle, templates, data stream. */
export function traceRequests(
  { format, dataStream }: TraceStream,
  { retentionDays, lifecycle, hasContent }: Wanted,
): SetupRequest[] {
  const isOpenSearch = format === 'opensearch';
  const flavour = isOpenSearch ? 'opensearch' : 'elasticsearch';
  const policy = { name: dataStream, pattern: dataStream, priority: PRIORITY, retentionDays };
  const settings = settingsOf(flavour, lifecycle ? dataStream : undefined, hasContent);
  const body = {
    index_patterns: [dataStream],
    data_stream: {},
    priority: PRIORITY,
    composed_of: isOpenSearch ? [COMPONENT] : [...ELASTIC, COMPONENT, 'ecs@mappings'],
    ...(settings === undefined ? {} : { template: { settings } }),
  };
  const template = isOpenSearch ? openSearchSpanTemplate() : elasticSpanTemplate();
  return [
    ...(lifecycle ? [lifecycleRequest(flavour, policy)] : []),
    { method: 'PUT', path: `_component_template/${COMPONENT}`, body: { template } },
    { method: 'PUT', path: `_index_template/${dataStream}`, body },
    { method: 'PUT', path: `_data_stream/${dataStream}` },
  ];
}
