import { type Check, checkOptions, option, type Shape } from '@spanline/record';
import type { Secret } from '@spanline/remote';
import type { SinkSpec } from '../../contracts/sink.ts';
import { defaultSite } from '../datadog.ts';
import {
  type HeaderSpec,
  HTTP_SHAPE,
  type HttpSinkOptions,
  pairCheck,
  secretCheck,
  toHttpTarget,
  urlCheck,
  withPath,
} from '../http-options.ts';
import { type ScoreFormName, scoresSpec } from '../scores/score-sink.ts';
import { otlp, type OtlpOptions } from './otlp.ts';

/** Options of a preset whose target keeps scores beside the spans. */
interface ScoresOption {
  /**
   * Send score lines as scores of the target as well, by a sink of its own.
   * @defaultValue true
   */
  scores?: boolean;
}

/** Options of {@link langfuse}. */
export interface LangfuseOptions extends HttpSinkOptions, ScoresOption {
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
export interface PhoenixOptions extends HttpSinkOptions, ScoresOption {
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

/** Options of {@link grafana}. */
export interface GrafanaOptions extends HttpSinkOptions {
  /**
   * Of Grafana Cloud the OTLP endpoint of the stack: `https://otlp-gateway-prod-eu-west-2.grafana.net/otlp`.
   * @defaultValue `http://localhost:4318`, a Tempo of your own
   */
  url?: string;
  /** `instance id:token` of Grafana Cloud; `user:password` of a proxy before Tempo. */
  keys?: Secret;
  /** `X-Scope-OrgID` of a Tempo with several tenants. */
  tenant?: string;
}

/** Options of {@link honeycomb}. */
export interface HoneycombOptions extends HttpSinkOptions {
  apiKey: Secret;
  /** `https://api.eu1.honeycomb.io` for the European region. @defaultValue `https://api.honeycomb.io` */
  url?: string;
  /** Needed by Honeycomb Classic only. Others have a dataset for each service. */
  dataset?: string;
}

/** Options of {@link datadogLlmObs}. */
export interface DatadogLlmObsOptions extends HttpSinkOptions, ScoresOption {
  apiKey: Secret;
  /** @defaultValue `DD_SITE`, else `datadoghq.com` */
  site?: string;
}

/** Of a sink's name. */
const MAX_NAME = 64;
const KEY: Check<Secret> = option.required(secretCheck());
const SCORES = option.boolean();
const LANGFUSE: Shape<LangfuseOptions> = {
  ...HTTP_SHAPE,
  scores: SCORES,
  keys: option.required(pairCheck('public:secret')),
  url: urlCheck(),
};
const LANGSMITH: Shape<LangsmithOptions> = { ...HTTP_SHAPE, apiKey: KEY, project: option.string(), url: urlCheck() };
const PHOENIX: Shape<PhoenixOptions> = {
  ...HTTP_SHAPE,
  scores: SCORES,
  url: urlCheck(),
  apiKey: secretCheck(),
  project: option.string(),
};
const JAEGER: Shape<JaegerOptions> = { ...HTTP_SHAPE, url: urlCheck() };
const GRAFANA: Shape<GrafanaOptions> = {
  ...HTTP_SHAPE,
  url: urlCheck(),
  keys: pairCheck('instance id:token'),
  tenant: option.string(),
};
const HONEYCOMB: Shape<HoneycombOptions> = { ...HTTP_SHAPE, apiKey: KEY, url: urlCheck(), dataset: option.string() };
const DATADOG_LLM_OBS: Shape<DatadogLlmObsOptions> = {
  ...HTTP_SHAPE,
  scores: SCORES,
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

/** Where a target takes scores. */
interface ScorePlace {
  /** Added to the name of the preset's sink. */
  readonly suffix: string;
  readonly url: string;
  readonly form: ScoreFormName;
}

/** Adds the sinks of a target's scores to the one of its spans. */
function withScores(
  spans: SinkSpec,
  options: HttpSinkOptions & ScoresOption,
  headers: Readonly<Record<string, HeaderSpec>>,
  places: readonly ScorePlace[],
): SinkSpec {
  if (options.scores === false) return spans;
  const companions = places.map(({ suffix, url, form }) =>
    scoresSpec(
      `${spans.name.slice(0, MAX_NAME - suffix.length)}${suffix}`,
      options,
      toHttpTarget(url, headers, options),
      form,
    ),
  );
  return { ...spans, companions };
}

/** Sends spans and scores to Langfuse. @throws SpanlineError `ERR_INVALID_OPTION` */
export function langfuse(options: LangfuseOptions): SinkSpec {
  checkOptions(LANGFUSE, options, 'langfuse');
  const { keys, url = 'https://cloud.langfuse.com' } = options;
  const spans = preset('langfuse', options, {
    url: withPath(url, '/api/public/otel/v1/traces'),
    basic: keys,
    spelling: 'langfuse',
    headers: { 'x-langfuse-ingestion-version': '4' },
  });
  return withScores(spans, options, { authorization: { scheme: 'Basic', secret: keys } }, [
    { suffix: '-scores', url: withPath(url, '/api/public/ingestion'), form: 'langfuse' },
  ]);
}

/** Sends spans to LangSmith over OTLP. @throws SpanlineError `ERR_INVALID_OPTION` */
export function langsmith(options: LangsmithOptions): SinkSpec {
  checkOptions(LANGSMITH, options, 'langsmith');
  const { apiKey, project } = options;
  return preset('langsmith', options, {
    url: withPath(options.url ?? 'https://api.smith.langchain.com', '/otel/v1/traces'),
    spelling: 'langsmith',
    headers: { 'x-api-key': apiKey, ...(project === undefined ? {} : { 'langsmith-project': project }) },
  });
}

/** Sends spans and scores to Arize Phoenix. @throws SpanlineError `ERR_INVALID_OPTION` */
export function phoenix(options: PhoenixOptions = {}): SinkSpec {
  checkOptions(PHOENIX, options, 'phoenix');
  const { apiKey, project, url = 'http://localhost:6006' } = options;
  const spans = preset('phoenix', options, {
    url: withPath(url, '/v1/traces'),
    spelling: 'phoenix',
    ...(apiKey === undefined ? {} : { bearer: apiKey }),
    headers: project === undefined ? {} : { 'x-project-name': project },
  });
  const headers: Record<string, HeaderSpec> = {};
  if (apiKey !== undefined) headers['authorization'] = { scheme: 'Bearer', secret: apiKey };
  return withScores(spans, options, headers, [
    { suffix: '-scores', url: withPath(url, '/v1/span_annotations?sync=true'), form: 'phoenix-spans' },
    { suffix: '-trace-scores', url: withPath(url, '/v1/trace_annotations?sync=true'), form: 'phoenix-traces' },
  ]);
}

/** Sends spans to Jaeger, or to any OpenTelemetry collector. @throws SpanlineError `ERR_INVALID_OPTION` */
export function jaeger(options: JaegerOptions = {}): SinkSpec {
  checkOptions(JAEGER, options, 'jaeger');
  return preset('jaeger', options, { url: withPath(options.url ?? 'http://localhost:4318', '/v1/traces') });
}

/** Sends spans to Grafana Cloud, or to Tempo. @throws SpanlineError `ERR_INVALID_OPTION` */
export function grafana(options: GrafanaOptions = {}): SinkSpec {
  checkOptions(GRAFANA, options, 'grafana');
  const { url = 'http://localhost:4318', keys, tenant } = options;
  return preset('grafana', options, {
    url: withPath(url, '/v1/traces'),
    ...(keys === undefined ? {} : { basic: keys }),
    headers: tenant === undefined ? {} : { 'x-scope-orgid': tenant },
  });
}

/** Sends spans to Honeycomb. @throws SpanlineError `ERR_INVALID_OPTION` */
export function honeycomb(options: HoneycombOptions): SinkSpec {
  checkOptions(HONEYCOMB, options, 'honeycomb');
  const { apiKey, url = 'https://api.honeycomb.io', dataset } = options;
  return preset('honeycomb', options, {
    url: withPath(url, '/v1/traces'),
    headers: { 'x-honeycomb-team': apiKey, ...(dataset === undefined ? {} : { 'x-honeycomb-dataset': dataset }) },
  });
}

/** Sends spans, over OTLP, and scores to Datadog's LLM Observability. @throws SpanlineError `ERR_INVALID_OPTION` */
export function datadogLlmObs(options: DatadogLlmObsOptions): SinkSpec {
  checkOptions(DATADOG_LLM_OBS, options, 'datadogLlmObs');
  const { site = defaultSite() } = options;
  checkOptions(DATADOG_LLM_OBS, { ...options, site }, 'datadogLlmObs');
  const { apiKey } = options;
  const spans = preset('datadog-llmobs', options, {
    url: `https://otlp.${site}/v1/traces`,
    spelling: 'datadog',
    headers: { 'dd-api-key': apiKey, 'dd-otlp-source': 'llmobs' },
  });
  return withScores(spans, options, { 'dd-api-key': { secret: apiKey } }, [
    { suffix: '-scores', url: `https://api.${site}/api/intake/llm-obs/v2/eval-metric`, form: 'datadog-llmobs' },
  ]);
}
