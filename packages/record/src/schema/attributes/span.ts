import type { AttributeRows } from './row.ts';

// Attributes that the tracer derives from the life of a span.

/** Span. */
export const SPAN = {
  'span.name': { kind: 'string', privacy: 'personal', required: ['span.end', 'span.start'], maxBytes: 256, otlp: 'field', docs: 'Name after OpenTelemetry: `chat gpt-4o`, `execute_tool lookup`, `POST /ask`.' },
  'span.type': { kind: 'string', privacy: 'own', required: ['span.end', 'span.start'], values: ['http', 'chain', 'agent', 'llm', 'embedding', 'retriever', 'reranker', 'tool', 'prompt', 'parser', 'guardrail', 'evaluator', 'task'], docs: 'Type of the step.' },
  'span.kind': { kind: 'string', privacy: 'own', required: ['span.end', 'span.start'], values: ['SERVER', 'CLIENT', 'INTERNAL'], otlp: 'field', docs: 'OpenTelemetry span kind.' },
  'span.path': { kind: 'string', privacy: 'personal', required: ['span.end', 'span.start'], maxBytes: 1024, docs: 'Names from the local root to the span, joined by ` > `.' },
  'span.status': { kind: 'string', privacy: 'own', required: ['span.end'], values: ['ok', 'error', 'aborted', 'abandoned', 'interrupted', 'unfinished'], docs: 'How the span ended.' },
  'event.start': { kind: 'string', privacy: 'own', required: ['span.end', 'span.start'], form: 'iso_micros', otlp: 'field', docs: 'Start of the span, ISO 8601 in microseconds, UTC.' },
  'event.duration': { kind: 'int', privacy: 'own', required: ['span.end'], minimum: 0, otlp: 'field', docs: 'Duration in nanoseconds, from the monotonic clock.' },
  duration_ms: { kind: 'double', privacy: 'own', required: ['span.end'], minimum: 0, otlp: 'field', docs: 'Duration in milliseconds.' },
  'otel.scope.name': { kind: 'string', privacy: 'protected', otlp: 'field', docs: 'Package that made the span.' },
  'otel.scope.version': { kind: 'string', privacy: 'protected', otlp: 'field', docs: 'Version of that package.' },
} as const satisfies AttributeRows;

/** Error. */
export const ERROR = {
  'error.type': { kind: 'string', privacy: 'protected', maxBytes: 128, datadog: 'error.kind', docs: 'Class or code of the error, low cardinality. `_OTHER` when unknown.' },
  'error.message': { kind: 'string', privacy: 'personal', maxBytes: 2048, prose: true, otlp: 'field', docs: 'Message of the error. Left out in the modes `metadata` and `hashed`.' },
  'error.cause': { kind: 'string', privacy: 'personal', maxBytes: 2048, prose: true, docs: 'Causes of the error, outermost first, one cause a line: `Error: connect refused (ECONNREFUSED)`. A cause that is not an error lists its fields. Left out in the modes `metadata` and `hashed`.' },
  'error.stack': { kind: 'string', privacy: 'personal', maxBytes: 4096, prose: true, otlp: 'field', ecs: 'error.stack_trace', docs: 'Stack of the error, on the span where it arose. The modes `metadata` and `hashed` keep only the frames.' },
  'spanline.error.class': { kind: 'string', privacy: 'own', values: ['timeout', 'rate_limit', 'auth', 'context_length', 'content_filter', 'network', 'aborted', 'other'], docs: 'Kind of failure.' },
  'spanline.error.retryable': { kind: 'boolean', privacy: 'own', docs: 'The same call may succeed later.' },
  'spanline.error.propagated': { kind: 'boolean', privacy: 'own', docs: 'The error arose in a child and passed through this span.' },
} as const satisfies AttributeRows;

/** Roll-up. */
export const ROLL_UP = {
  'spanline.rollup.spans': { kind: 'int', privacy: 'own', docs: 'Spans below the local root, itself included.' },
  'spanline.rollup.open': { kind: 'int', privacy: 'own', docs: 'Spans that were still open when the local root ended.' },
  'spanline.rollup.errors': { kind: 'int', privacy: 'own', docs: 'Errors, counted where they arose.' },
  'spanline.rollup.llm_calls': { kind: 'int', privacy: 'own', docs: 'Model calls.' },
  'spanline.rollup.llm_ms': { kind: 'double', privacy: 'own', docs: 'Time in model calls, in milliseconds.' },
  'spanline.rollup.input_tokens': { kind: 'int', privacy: 'own', docs: 'Sum of input tokens.' },
  'spanline.rollup.output_tokens': { kind: 'int', privacy: 'own', docs: 'Sum of output tokens.' },
  'spanline.rollup.cache_read_tokens': { kind: 'int', privacy: 'own', docs: 'Sum of input tokens that were read from a cache.' },
  'spanline.rollup.cache_write_tokens': { kind: 'int', privacy: 'own', docs: 'Sum of input tokens that were written to a cache.' },
  'spanline.rollup.reasoning_tokens': { kind: 'int', privacy: 'own', docs: 'Sum of output tokens for reasoning.' },
  'spanline.rollup.web_searches': { kind: 'int', privacy: 'own', docs: 'Sum of billed searches of the web.' },
  'spanline.rollup.cost_usd': { kind: 'double', privacy: 'own', docs: 'Sum of known costs in US dollars.' },
  'spanline.rollup.cost_exact': { kind: 'boolean', privacy: 'own', docs: '`false` when the sum may differ from the bill; `spanline.rollup.cost_reason` gives the reason.' },
  'spanline.rollup.cost_reason': { kind: 'string', privacy: 'own', values: ['lower_bound', 'approximate'], docs: '`lower_bound` when the bill can only be higher than the sum, because a cost is unknown or a lower bound itself. `approximate` when it may also be lower.' },
  'spanline.rollup.slowest.name': { kind: 'string', privacy: 'personal', docs: 'Step with the longest self time.' },
  'spanline.rollup.slowest.self_ms': { kind: 'double', privacy: 'own', docs: 'Its self time: the time during which it had no open child, in milliseconds.' },
  'spanline.rollup.tokens_top.name': { kind: 'string', privacy: 'personal', docs: 'Step with the most tokens.' },
  'spanline.rollup.tokens_top.tokens': { kind: 'int', privacy: 'own', docs: 'Its tokens.' },
  'spanline.sources': { kind: 'strings', privacy: 'personal', docs: 'Ids of the documents that were retrieved, at most 100.' },
} as const satisfies AttributeRows;

/** Capture. */
export const CAPTURE = {
  'spanline.capture.mode': { kind: 'string', privacy: 'own', required: ['span.end'], values: ['full', 'redacted', 'hashed', 'metadata'], docs: 'Capture mode of the line.' },
  'spanline.capture.override': { kind: 'string', privacy: 'personal', docs: 'Reason why the capture mode was raised: `debug_session:ada`.' },
  'spanline.hash.key_id': { kind: 'string', privacy: 'own', docs: 'Id of the key that hashes on this line were made with.' },
  'spanline.content.ref': { kind: 'string', privacy: 'protected', docs: 'Id of the span whose content is in the content log.' },
  'spanline.sample.ratio': { kind: 'double', privacy: 'own', docs: 'Share of traces that are written.' },
  'spanline.sample.reason': { kind: 'string', privacy: 'protected', docs: 'Reason why tail sampling kept the trace.' },
  'spanline.redactions': { kind: 'int', privacy: 'own', docs: 'Number of replacements on the line.' },
  'spanline.redaction.rules': { kind: 'strings', privacy: 'own', docs: 'Rules that replaced something.' },
  'spanline.truncated': { kind: 'strings', privacy: 'own', docs: 'Keys of which the line has less than was given: cut to fit a limit, or left out because the type of the value does not fit. `labels` means that labels were left out.' },
  'spanline.content.input_bytes': { kind: 'int', privacy: 'own', docs: 'Size of the input before capture, in UTF-8 bytes. Sampled above 1,048,576 characters.' },
  'spanline.content.output_bytes': { kind: 'int', privacy: 'own', docs: 'Size of the output before capture, in UTF-8 bytes. Sampled above 1,048,576 characters.' },
  'spanline.content.input_hmac': { kind: 'string', privacy: 'protected', docs: 'Keyed hash of the input before capture, as evidence.' },
} as const satisfies AttributeRows;
