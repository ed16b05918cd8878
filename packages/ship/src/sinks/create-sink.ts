import type { Sink } from '../engine/types.ts';
import { createDatadogSink } from './datadog.ts';
import { createElasticsearchSink } from './elasticsearch.ts';
import { createFileSink } from './file.ts';
import { createOtlpSink } from './otlp.ts';
import type { SinkSpec } from './spec.ts';

/** The sink that a spec describes. */
export function createSink(spec: SinkSpec): Sink {
  if (spec.kind === 'elasticsearch') return createElasticsearchSink(spec);
  if (spec.kind === 'datadog') return createDatadogSink(spec);
  return spec.kind === 'otlp' ? createOtlpSink(spec) : createFileSink(spec);
}
