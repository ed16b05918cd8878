/**
 * How a key's value looks in a record.
 *
 * - `string`, `int`, `double`, `boolean`, `strings` (array of strings): facts, kept in every capture mode.
 * - `text`: a string that came from a prompt, a document or a user; governed by the capture mode.
 * - `json`: structured content; a JSON string in the `otel` and `datadog` profiles, structured in `ecs`; governed by the capture mode.
 */
export type AttributeKind = 'string' | 'int' | 'double' | 'boolean' | 'strings' | 'text' | 'json';

/** Keys that the tracer writes on every line it emits. */
export const ENVELOPE_KEYS = {
  '@timestamp': 'string',
  level: 'string',
  message: 'string',
  'event.name': 'string',
  'event.outcome': 'string',
  'event.id': 'string',
  'spanline.schema': 'string',
  'spanline.project': 'string',
  'service.name': 'string',
  'service.version': 'string',
  'deployment.environment.name': 'string',
  'host.name': 'string',
  'process.pid': 'int',
} as const;

/** Keys that tie a line to its trace, request, session and user. */
export const CORRELATION_KEYS = {
  trace_id: 'string',
  span_id: 'string',
  parent_span_id: 'string',
  trace_flags: 'string',
  'dd.trace_id': 'string',
  'dd.span_id': 'string',
  'http.request.id': 'string',
  'session.id': 'string',
  'user.id': 'string',
} as const;

/** Keys that the tracer derives from a span's life. */
export const SPAN_KEYS = {
  'span.name': 'string',
  'span.type': 'string',
  'span.kind': 'string',
  'span.path': 'string',
  'span.status': 'string',
  'event.start': 'string',
  'event.duration': 'int',
  duration_ms: 'double',
  'spanline.parent.remote': 'boolean',
  'spanline.link.trace_id': 'string',
  'spanline.late': 'boolean',
  'otel.scope.name': 'string',
  'otel.scope.version': 'string',
  'spanline.tags': 'strings',
  'error.type': 'string',
  'error.message': 'string',
  'error.stack': 'string',
  'spanline.error.class': 'string',
  'spanline.error.retryable': 'boolean',
  'spanline.error.propagated': 'boolean',
  'spanline.usage.source': 'string',
  'spanline.usage.issue': 'string',
  'spanline.cost.usd': 'double',
  'spanline.cost.source': 'string',
  'spanline.cost.price_version': 'string',
  'spanline.cost.reason': 'string',
  'spanline.capture.mode': 'string',
  'spanline.capture.override': 'string',
  'spanline.hash.key_id': 'string',
  'spanline.content.ref': 'string',
  'spanline.sample.ratio': 'double',
  'spanline.sample.reason': 'string',
  'spanline.redactions': 'int',
  'spanline.redaction.rules': 'strings',
  'spanline.truncated': 'strings',
  'spanline.content.input_bytes': 'int',
  'spanline.content.output_bytes': 'int',
  'spanline.content.input_hmac': 'string',
  'spanline.rollup.spans': 'int',
  'spanline.rollup.open': 'int',
  'spanline.rollup.errors': 'int',
  'spanline.rollup.llm_calls': 'int',
  'spanline.rollup.llm_ms': 'double',
  'spanline.rollup.input_tokens': 'int',
  'spanline.rollup.output_tokens': 'int',
  'spanline.rollup.cost_usd': 'double',
  'spanline.rollup.slowest.name': 'string',
  'spanline.rollup.slowest.self_ms': 'double',
  'spanline.rollup.tokens_top.name': 'string',
  'spanline.rollup.tokens_top.tokens': 'int',
  'spanline.sources': 'strings',
} as const;

/** Facts that a source or the application sets on a span. */
export const FACT_KEYS = {
  'gen_ai.operation.name': 'string',
  'gen_ai.provider.name': 'string',
  'gen_ai.conversation.id': 'string',
  'gen_ai.output.type': 'string',
  'gen_ai.data_source.id': 'string',
  'gen_ai.prompt.name': 'string',
  'gen_ai.prompt.version': 'string',
  'gen_ai.request.model': 'string',
  'gen_ai.request.max_tokens': 'int',
  'gen_ai.request.temperature': 'double',
  'gen_ai.request.top_p': 'double',
  'gen_ai.request.top_k': 'int',
  'gen_ai.request.frequency_penalty': 'double',
  'gen_ai.request.presence_penalty': 'double',
  'gen_ai.request.seed': 'int',
  'gen_ai.request.choice.count': 'int',
  'gen_ai.request.stop_sequences': 'strings',
  'gen_ai.request.encoding_formats': 'strings',
  'gen_ai.request.stream': 'boolean',
  'gen_ai.request.reasoning.level': 'string',
  'gen_ai.request.previous_response.id': 'string',
  'gen_ai.response.id': 'string',
  'gen_ai.response.model': 'string',
  'gen_ai.response.status': 'string',
  'gen_ai.response.finish_reasons': 'strings',
  'gen_ai.response.time_to_first_chunk': 'double',
  'server.address': 'string',
  'server.port': 'int',
  'spanline.stream.chunks': 'int',
  'spanline.stream.tokens_per_second': 'double',
  'spanline.retry.attempt': 'int',
  'spanline.retry.fallback': 'boolean',
  'spanline.retry.previous_span_id': 'string',
  'spanline.cache.hit': 'boolean',
  'spanline.ratelimit.remaining_ratio': 'double',
  'spanline.provider.request_id': 'string',
  'spanline.llm.repeat_ratio': 'double',
  'gen_ai.usage.input_tokens': 'int',
  'gen_ai.usage.output_tokens': 'int',
  'gen_ai.usage.cache_read.input_tokens': 'int',
  'gen_ai.usage.cache_write.input_tokens': 'int',
  'gen_ai.usage.reasoning.output_tokens': 'int',
  'gen_ai.usage.audio.input_tokens': 'int',
  'gen_ai.usage.audio.output_tokens': 'int',
  'spanline.prompt.template_sha256': 'string',
  'gen_ai.retrieval.top_k': 'int',
  'spanline.retrieval.count': 'int',
  'spanline.retrieval.score_min': 'double',
  'spanline.retrieval.score_max': 'double',
  'spanline.retrieval.empty': 'boolean',
  'spanline.rerank.input_count': 'int',
  'gen_ai.embeddings.dimension.count': 'int',
  'spanline.embeddings.input_count': 'int',
  'gen_ai.tool.name': 'string',
  'gen_ai.tool.type': 'string',
  'gen_ai.tool.call.id': 'string',
  'gen_ai.tool.description': 'string',
  'gen_ai.agent.id': 'string',
  'gen_ai.agent.name': 'string',
  'gen_ai.agent.description': 'string',
  'gen_ai.agent.version': 'string',
  'db.response.returned_rows': 'int',
  'spanline.search.results': 'int',
  'spanline.guardrail.name': 'string',
  'spanline.guardrail.action': 'string',
  'spanline.custom_events.left_out': 'int',
  'spanline.langgraph.node': 'string',
  'spanline.langgraph.step': 'int',
  'spanline.langgraph.checkpoint_id': 'string',
  'spanline.langgraph.thread_id': 'string',
  'http.request.method': 'string',
  'http.route': 'string',
  'http.response.status_code': 'int',
  'url.scheme': 'string',
  'url.path': 'string',
  'url.query': 'string',
  'client.address': 'string',
  'user_agent.original': 'string',
  'network.protocol.version': 'string',
  'http.request.body.size': 'int',
  'http.response.body.size': 'int',
  'spanline.http.ttfb_ms': 'double',
  'spanline.http.aborted': 'boolean',
  'spanline.http.streaming': 'boolean',
} as const;

/** Content that a source or the application sets on a span; what the capture mode governs. Written last on a line. */
export const CONTENT_KEYS = {
  'spanline.prompt.template': 'text',
  'spanline.prompt.variables': 'json',
  'gen_ai.retrieval.query.text': 'text',
  'db.query.text': 'text',
  'spanline.search.query': 'text',
  'gen_ai.system_instructions': 'json',
  'gen_ai.input.messages': 'json',
  'gen_ai.output.messages': 'json',
  'gen_ai.tool.definitions': 'json',
  'gen_ai.tool.call.arguments': 'json',
  'gen_ai.tool.call.result': 'json',
  'gen_ai.retrieval.documents': 'json',
  'spanline.input': 'json',
  'spanline.output': 'json',
} as const;

/** Keys of score, alert and stats lines (`event.name` other than `span.*`). */
export const EVENT_KEYS = {
  'gen_ai.evaluation.name': 'string',
  'gen_ai.evaluation.score.value': 'double',
  'gen_ai.evaluation.explanation': 'text',
  'spanline.evaluation.label': 'string',
  'spanline.evaluation.source': 'string',
  'spanline.alert.name': 'string',
  'spanline.alert.event': 'string',
  'spanline.alert.state': 'string',
  'spanline.alert.severity': 'string',
  'spanline.alert.metric': 'string',
  'spanline.alert.value': 'double',
  'spanline.alert.threshold': 'double',
  'spanline.alert.baseline': 'double',
  'spanline.alert.comparison': 'string',
  'spanline.alert.window_s': 'double',
  'spanline.alert.samples': 'int',
  'spanline.alert.step': 'string',
  'spanline.alert.trace_ids': 'strings',
  'spanline.alert.causes': 'strings',
  'spanline.alert.command': 'string',
  'spanline.alert.dedup_key': 'string',
  'spanline.alert.suppressed': 'int',
  'spanline.stats.emitted': 'int',
  'spanline.stats.filtered': 'int',
  'spanline.stats.sampled_out': 'int',
  'spanline.stats.truncated': 'int',
  'spanline.stats.redactions': 'int',
  'spanline.stats.unfinished': 'int',
  'spanline.stats.open': 'int',
  'spanline.stats.internal_errors': 'int',
  'spanline.stats.interval_s': 'double',
} as const;

/**
 * Every key of the record, with its kind, in the order of the schema. The TypeScript types, the JSON Schema, `validate` and
 * the capture rules are all read from this one table. Names follow the OpenTelemetry GenAI conventions v0.1.0, OTel HTTP and
 * ECS; `spanline.*` where no standard name exists. Open key families (`labels.*`, `spanline.gauge.*`) are listed in
 * {@link OPEN_KEY_PREFIXES}.
 */
export const ATTRIBUTES: typeof ENVELOPE_KEYS &
  typeof CORRELATION_KEYS &
  typeof SPAN_KEYS &
  typeof FACT_KEYS &
  typeof EVENT_KEYS &
  typeof CONTENT_KEYS = {
  ...ENVELOPE_KEYS,
  ...CORRELATION_KEYS,
  ...SPAN_KEYS,
  ...FACT_KEYS,
  ...EVENT_KEYS,
  ...CONTENT_KEYS,
};

/** Families of keys whose last part is chosen by the user. Values are scalars. */
export const OPEN_KEY_PREFIXES: readonly string[] = ['labels.', 'spanline.gauge.', 'spanline.stats.redacted.'];

/** A key of the record. */
export type AttributeKey = keyof typeof ATTRIBUTES;

/** The value type of an attribute kind in a record. */
export type ValueOf<Kind extends AttributeKind> = Kind extends 'int' | 'double'
  ? number
  : Kind extends 'boolean'
    ? boolean
    : Kind extends 'strings'
      ? readonly string[]
      : string;
