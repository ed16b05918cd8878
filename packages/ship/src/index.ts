export type { Report, SinkStats } from './contracts/report.ts';
export type { RedactionSpec, RedactLine } from './contracts/redaction.ts';
export type {
  EncodedLine,
  SinkEntry,
  ItemResult,
  SendResult,
  Sink,
  SinkBatch,
  SinkLimits,
  SinkSpec,
} from './contracts/sink.ts';
export type { SourceLine } from './contracts/source.ts';
export type { Engine } from './engine/engine.ts';
export { type Shipper, type ShipperOptions, startShipper } from './host/shipper.ts';
export type { LineOptions } from './reading/line-decoder.ts';
export { spool, type Spool, type SpoolStats } from './host/spool.ts';
export type { SpoolOptions } from './host/spool-options.ts';
export {
  type CloudwatchMetricFilter,
  cloudwatchSetup,
  type CloudwatchSetup,
  type CloudwatchSetupOptions,
} from './setup/cloudwatch.ts';
export { type DatadogFacet, datadogSetup, type DatadogSetup } from './setup/datadog.ts';
export { elasticsearchSetup, type ElasticsearchSetupOptions } from './setup/elasticsearch.ts';
export { emf, type EmfDeclaration, type EmfDestination, type EmfOptions } from './setup/emf.ts';
export type { SetupRequest } from './setup/request.ts';
export { datadog, type DatadogOptions } from './sinks/datadog.ts';
export { elasticsearch, type ElasticsearchOptions } from './sinks/elasticsearch.ts';
export { file, type FileOptions } from './sinks/file.ts';
export type { SinkProfile } from './sinks/profile-line.ts';
export type { HttpSinkOptions } from './sinks/http-options.ts';
export type { SearchEngineOptions } from './sinks/search-engine.ts';
export { resultOfStatus } from './sinks/http-status.ts';
export { kafka, type KafkaOptions } from './sinks/kafka/kafka.ts';
export { opensearch, type OpensearchOptions } from './sinks/opensearch.ts';
export { otlp, type OtlpOptions } from './sinks/otlp/otlp.ts';
export {
  datadogLlmObs,
  type DatadogLlmObsOptions,
  grafana,
  type GrafanaOptions,
  honeycomb,
  type HoneycombOptions,
  jaeger,
  type JaegerOptions,
  langfuse,
  type LangfuseOptions,
  langsmith,
  type LangsmithOptions,
  phoenix,
  type PhoenixOptions,
} from './sinks/otlp/presets.ts';
export type { WhenFull } from './spool/append.ts';
export type { Secret } from '@spanline/remote';
export { victorialogs, type VictorialogsOptions } from './sinks/victorialogs.ts';
