export type { Engine } from './engine/engine.ts';
export type { Report, SinkStats } from './engine/types.ts';
export { type Shipper, type ShipperOptions, startShipper } from './host/shipper.ts';
export { datadog, type DatadogOptions } from './sinks/datadog.ts';
export { elasticsearch, type ElasticsearchOptions } from './sinks/elasticsearch.ts';
export { file, type FileOptions } from './sinks/file.ts';
export { otlp, type OtlpOptions } from './sinks/otlp.ts';
export {
  datadogLlmObs,
  type DatadogLlmObsOptions,
  jaeger,
  type JaegerOptions,
  langfuse,
  type LangfuseOptions,
  langsmith,
  type LangsmithOptions,
  phoenix,
  type PhoenixOptions,
} from './sinks/presets.ts';
export {
  type CloudwatchMetricFilter,
  cloudwatchSetup,
  type CloudwatchSetup,
  type CloudwatchSetupOptions,
} from './setup/cloudwatch.ts';
export { type DatadogFacet, datadogSetup, type DatadogSetup } from './setup/datadog.ts';
export { emf, type EmfDeclaration, type EmfDestination, type EmfOptions } from './setup/emf.ts';
export { elasticsearchSetup, type ElasticsearchSetupOptions } from './setup/elasticsearch.ts';
export type { SetupRequest } from './setup/request.ts';
export type { Secret } from '@spanline/remote';
export type { HeaderSpec, HttpSinkOptions, HttpSpec, SinkProfile, SinkSpec } from './sinks/spec.ts';
export { type SpoolOptions, type WhenFull } from './spool/options.ts';
export { spool, type Spool, type SpoolStats } from './spool/spool.ts';
