/** Canonical keys and what a profile calls them. A key that is not listed keeps its name. */
export type Spelling = Readonly<Record<string, string>>;

/** Without a prototype: `constructor` is looked up like any other key. */
const spelling = (names: Record<string, string>): Spelling =>
  Object.assign(Object.create(null) as Record<string, string>, names);

/** Elastic Common Schema 8. Fields that it maps as `nested` cannot take plain strings and get names of ours. */
export const ECS: Spelling = spelling({
  level: 'log.level',
  trace_id: 'trace.id',
  span_id: 'span.id',
  parent_span_id: 'parent.id',
  'deployment.environment.name': 'service.environment',
  'error.stack': 'error.stack_trace',
  'gen_ai.response.finish_reasons': 'spanline.finish_reasons',
  'gen_ai.request.stop_sequences': 'spanline.request.stop_sequences',
  'gen_ai.request.encoding_formats': 'spanline.request.encoding_formats',
});

/** Datadog's standard attributes. */
export const DATADOG: Spelling = spelling({
  level: 'status',
  'service.name': 'service',
  'service.version': 'version',
  'deployment.environment.name': 'env',
  'host.name': 'hostname',
  'http.request.id': 'http.request_id',
  'http.request.method': 'http.method',
  'http.response.status_code': 'http.status_code',
  'url.scheme': 'http.url_details.scheme',
  'url.path': 'http.url_details.path',
  'url.query': 'http.url_details.query',
  'user_agent.original': 'http.useragent',
  'client.address': 'network.client.ip',
  'user.id': 'usr.id',
  'error.type': 'error.kind',
});
