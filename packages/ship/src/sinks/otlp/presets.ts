import { type Check, checkOptions, option, type Shape } from '@spanline/record';
import type { Secret } from '@spanline/remote';
import type { SinkSpec } from '../../contracts/sink.ts';
import { defaultSite } from '../datadog.ts';
import { HTTP_SHAPE, type HttpSinkOptions, pairCheck, secretCheck, urlCheck, withPath } from '../http-options.ts';
import { otlp, type OtlpOptions } from './otlp.ts';

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
  /** Needed where authentication is switched on. */
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

const KEY: Check<Secret> = option.required(secretCheck());
const LANGFUSE: Shape<LangfuseOptions> = {
  ...HTTP_SHAPE,
  keys: option.required(pairCheck('public:secret')),
  url: urlCheck(),
};
const LANGSMITH: Shape<LangsmithOptions> = { ...HTTP_SHAPE, apiKey: KEY, project: option.string(), url: urlCheck() };
const PHOENIX: Shape<PhoenixOptions> = {
  ...HTTP_SHAPE,
  url: urlCheck(),
  apiKey: secretCheck(),
  project: option.string(),
};
const JAEGER: Shape<JaegerOptions> = { ...HTTP_SHAPE, url: urlCheck() };
const DATADOG_LLM_OBS: Shape<DatadogLlmObsOptions> = {
  ...HTTP_SHAPE,
  apiKey: KEY,
  site: option.like('a site of Datadog', (value) => /^[a-z0-9.-]+$/.test(String(value))),
};

/** An OTLP sink with a preset's own options. Headers of the user win. */
function preset(name: string, options: HttpSinkOptions, own: OtlpOptions): SinkSpec {
  const common = Object.keys(HTTP_SHAPE).map((key) => [key, options[key as keyof HttpSinkOptions]]);
  return otlp({
    ...(Object.fromEntries(common) as HttpSinkOptions),
    name: options.name ?? name,
    ...own,
    headers: { ...own.headers, ...options.headers },
  });
}

/** Sends spans to Langfuse over OTLP. @throws SpanlineError `ERR_INVALID_OPTION` */
export function langfuse(options: LangfuseOptions): SinkSpec {
  checkOptions(LANGFUSE, options, 'langfuse');
  return preset('langfuse', options, {
    url: withPath(options.url ?? 'https://cloud.langfuse.com', '/api/public/otel/v1/traces'),
    basic: options.keys,
    spelling: 'langfuse',
    headers: { 'x-langfuse-ingestion-version': '4' },
  });
}

/** Sends spans to LangSmith over OTLP. @throws SpanlineError `ERR_INVALID_OPTION` */
export function langsmith(options: LangsmithOptions): SinkSpec {
  checkOptions(LANGSMITH, options, 'langsmith');
  const { apiKey, project } = options;
  return preset('langsmith', options, {
    url: withPath(options.url ?? 'https://api.smith.langchain.com', '/otel/v1/traces'),
    headers: { 'x-api-key': apiKey, ...(project === undefined ? {} : { 'langsmith-project': project }) },
  });
}

/** Sends spans to Arize Phoenix over OTLP. @throws SpanlineError `ERR_INVALID_OPTION` */
export function phoenix(options: PhoenixOptions = {}): SinkSpec {
  checkOptions(PHOENIX, options, 'phoenix');
  const { apiKey, project } = options;
  return preset('phoenix', options, {
    url: withPath(options.url ?? 'http://localhost:6006', '/v1/traces'),
    spelling: 'phoenix',
    ...(apiKey === undefined ? {} : { bearer: apiKey }),
    headers: project === undefined ? {} : { 'x-project-name': project },
  });
}

/** Sends spans to Jaeger, or to any OpenTelemetry collector. @throws SpanlineError `ERR_INVALID_OPTION` */
export function jaeger(options: JaegerOptions = {}): SinkSpec {
  checkOptions(JAEGER, options, 'jaeger');
  return preset('jaeger', options, { url: withPath(options.url ?? 'http://localhost:4318', '/v1/traces') });
}

/** Sends spans to Datadog's LLM Observability over OTLP. @throws SpanlineError `ERR_INVALID_OPTION` */
export function datadogLlmObs(options: DatadogLlmObsOptions): SinkSpec {
  checkOptions(DATADOG_LLM_OBS, options, 'datadogLlmObs');
  const { site = defaultSite() } = options;
  checkOptions(DATADOG_LLM_OBS, { ...options, site }, 'datadogLlmObs');
  return preset('datadog-llmobs', options, {
    url: `https://otlp.${site}/v1/traces`,
    headers: { 'dd-api-key': options.apiKey, 'dd-otlp-source': 'llmobs' },
  });
}
