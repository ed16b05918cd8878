import type { Secret } from '@spanline/remote';
import { otlp, type OtlpOptions } from './otlp.ts';
import { checkSecret, failOption, type HttpSinkOptions, type SinkSpec } from './spec.ts';

/** Options of {@link langfuse}. */
export interface LangfuseOptions extends HttpSinkOptions {
  /** `public key:secret key`. */
  keys: Secret;
  /** @defaultValue `https://cloud.langfuse.com` */
  url?: string;
}

/** Options of {@link langsmith}. */
export interface LangsmithOptions extends HttpSinkOptions {
  apiKey: Secret;
  /** @defaultValue LangSmith's default project */
  project?: string;
  /** `https://eu.api.smith.langchain.com` for the European region. @defaultValue `https://api.smith.langchain.com` */
  url?: string;
}

/** Options of {@link phoenix}. */
export interface PhoenixOptions extends HttpSinkOptions {
  /** @defaultValue `http://localhost:6006` */
  url?: string;
  /** Where Phoenix asks for one. */
  apiKey?: Secret;
  /** @defaultValue Phoenix's default project */
  project?: string;
}

/** Options of {@link jaeger}. */
export interface JaegerOptions extends HttpSinkOptions {
  /** @defaultValue `http://localhost:4318` */
  url?: string;
}

/** Options of {@link datadogLlmObs}. */
export interface DatadogLlmObsOptions extends HttpSinkOptions {
  apiKey: Secret;
  /** @defaultValue `DD_SITE`, else `datadoghq.com` */
  site?: string;
}

const trim = (url: string): string => url.replace(/\/+$/, '');

function preset(name: string, options: HttpSinkOptions, own: OtlpOptions): SinkSpec {
  const { ca, gzip, timeoutMs, concurrency } = options;
  return otlp({
    name: options.name ?? name,
    ...(ca === undefined ? {} : { ca }),
    ...(gzip === undefined ? {} : { gzip }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...own,
    headers: { ...own.headers, ...options.headers },
  });
}

/** Langfuse's OTLP receiver. @throws SpanlineError `ERR_INVALID_OPTION` */
export function langfuse(options: LangfuseOptions): SinkSpec {
  return preset('langfuse', options, {
    url: `${trim(options.url ?? 'https://cloud.langfuse.com')}/api/public/otel/v1/traces`,
    basic: checkSecret('langfuse.keys', options.keys),
    headers: { 'x-langfuse-ingestion-version': '4' },
  });
}

/** LangSmith's OTLP receiver. @throws SpanlineError `ERR_INVALID_OPTION` */
export function langsmith(options: LangsmithOptions): SinkSpec {
  const { apiKey, project } = options;
  return preset('langsmith', options, {
    url: `${trim(options.url ?? 'https://api.smith.langchain.com')}/otel/v1/traces`,
    headers: {
      'x-api-key': checkSecret('langsmith.apiKey', apiKey),
      ...(project === undefined ? {} : { 'langsmith-project': project }),
    },
  });
}

/** Arize Phoenix. @throws SpanlineError `ERR_INVALID_OPTION` */
export function phoenix(options: PhoenixOptions = {}): SinkSpec {
  const { apiKey, project } = options;
  return preset('phoenix', options, {
    url: `${trim(options.url ?? 'http://localhost:6006')}/v1/traces`,
    ...(apiKey === undefined ? {} : { bearer: checkSecret('phoenix.apiKey', apiKey) }),
    headers: project === undefined ? {} : { 'x-project-name': project },
  });
}

/** Jaeger, and any collector on its port. @throws SpanlineError `ERR_INVALID_OPTION` */
export function jaeger(options: JaegerOptions = {}): SinkSpec {
  return preset('jaeger', options, { url: `${trim(options.url ?? 'http://localhost:4318')}/v1/traces` });
}

/** Datadog's LLM Observability, over OTLP. @throws SpanlineError `ERR_INVALID_OPTION` */
export function datadogLlmObs(options: DatadogLlmObsOptions): SinkSpec {
  const site = options.site ?? (process.env['DD_SITE'] || 'datadoghq.com');
  if (!/^[a-z0-9.-]+$/.test(site)) failOption('datadogLlmObs.site', 'a site of Datadog', site);
  return preset('datadog-llmobs', options, {
    url: `https://otlp.${site}/v1/traces`,
    headers: { 'dd-api-key': checkSecret('datadogLlmObs.apiKey', options.apiKey), 'dd-otlp-source': 'llmobs' },
  });
}
