import type { AttributeRows } from './row.ts';

// Attributes of model calls: what was asked, what came back, what was billed.

/** Request. */
export const REQUEST = {
  'gen_ai.operation.name': { kind: 'string', privacy: 'protected', settable: true, docs: 'Operation: `chat`, `embeddings`, `retrieval`, `execute_tool`, `invoke_agent`.' },
  'gen_ai.provider.name': { kind: 'string', privacy: 'protected', settable: true, docs: 'Provider: `openai`, `anthropic`, `aws.bedrock`.' },
  'gen_ai.output.type': { kind: 'string', privacy: 'protected', settable: true, docs: 'Type of output that was asked for: `text`, `json`, `image`, `speech`.' },
  'gen_ai.request.model': { kind: 'string', privacy: 'protected', settable: true, docs: 'Model that was asked for.' },
  'gen_ai.request.max_tokens': { kind: 'int', privacy: 'protected', settable: true, docs: 'Most tokens to generate.' },
  'gen_ai.request.temperature': { kind: 'double', privacy: 'protected', settable: true, docs: 'Temperature. `0` is written.' },
  'gen_ai.request.top_p': { kind: 'double', privacy: 'protected', settable: true, docs: 'Nucleus sampling.' },
  'gen_ai.request.top_k': { kind: 'int', privacy: 'protected', settable: true, docs: 'Top-k sampling.' },
  'gen_ai.request.frequency_penalty': { kind: 'double', privacy: 'protected', settable: true, docs: 'Frequency penalty.' },
  'gen_ai.request.presence_penalty': { kind: 'double', privacy: 'protected', settable: true, docs: 'Presence penalty.' },
  'gen_ai.request.seed': { kind: 'int', privacy: 'protected', settable: true, docs: 'Seed.' },
  'gen_ai.request.choice.count': { kind: 'int', privacy: 'protected', settable: true, docs: 'Number of answers that were asked for.' },
  'gen_ai.request.stop_sequences': { kind: 'strings', privacy: 'personal', settable: true, ecs: 'spanline.request.stop_sequences', docs: 'Stop sequences.' },
  'gen_ai.request.encoding_formats': { kind: 'strings', privacy: 'protected', settable: true, ecs: 'spanline.request.encoding_formats', docs: 'Encodings of embeddings that were asked for.' },
  'gen_ai.request.stream': { kind: 'boolean', privacy: 'protected', settable: true, docs: 'The answer was streamed.' },
  'gen_ai.request.reasoning.level': { kind: 'string', privacy: 'protected', settable: true, docs: 'Reasoning effort that was asked for.' },
  'gen_ai.request.previous_response.id': { kind: 'string', privacy: 'protected', settable: true, docs: 'Stored answer that the call continues.' },
  'server.address': { kind: 'string', privacy: 'protected', settable: true, docs: 'Host that was called.' },
  'server.port': { kind: 'int', privacy: 'protected', settable: true, docs: 'Port that was called.' },
} as const satisfies AttributeRows;

/** Response. */
export const RESPONSE = {
  'gen_ai.response.id': { kind: 'string', privacy: 'protected', settable: true, docs: 'Id of the answer.' },
  'gen_ai.response.model': { kind: 'string', privacy: 'protected', settable: true, docs: 'Model that answered.' },
  'gen_ai.response.status': { kind: 'string', privacy: 'protected', settable: true, docs: 'Status of a background or broken answer.' },
  'gen_ai.response.finish_reasons': { kind: 'strings', privacy: 'protected', settable: true, ecs: 'spanline.finish_reasons', docs: 'Reasons why generation stopped, one for each choice.' },
  'gen_ai.response.time_to_first_chunk': { kind: 'double', privacy: 'protected', settable: true, docs: 'Time to the first chunk, in seconds.' },
  'spanline.stream.chunks': { kind: 'int', privacy: 'protected', settable: true, docs: 'Chunks of the stream.' },
  'spanline.stream.max_gap_ms': { kind: 'double', privacy: 'protected', settable: true, docs: 'Longest time between two chunks of the stream, in milliseconds.' },
  'spanline.stream.tokens_per_second': { kind: 'double', privacy: 'protected', settable: true, docs: 'Output tokens a second after the first chunk.' },
  'spanline.retry.attempt': { kind: 'int', privacy: 'protected', settable: true, docs: 'Number of the attempt, from 1; of a span with several, that of the last one.' },
  'spanline.retry.fallback': { kind: 'boolean', privacy: 'protected', settable: true, docs: 'The attempt was made by another component.' },
  'spanline.retry.previous_span_id': { kind: 'string', privacy: 'personal', settable: true, docs: 'Span of the attempt before, which failed.' },
  'spanline.retry.cost_usd': { kind: 'double', privacy: 'protected', settable: true, minimum: 0, docs: 'Cost of the attempts before, which failed, in US dollars.' },
  'spanline.wire.requests': { kind: 'int', privacy: 'protected', settable: true, docs: 'HTTP requests that wire capture saw for the call.' },
  'spanline.cache.hit': { kind: 'boolean', privacy: 'protected', settable: true, docs: 'A cache of the framework answered.' },
  'spanline.ratelimit.remaining_ratio': { kind: 'double', privacy: 'protected', settable: true, docs: "Smallest remaining share of the provider's rate limits, 0 to 1." },
  'spanline.provider.request_id': { kind: 'string', privacy: 'personal', settable: true, docs: 'Request id of the provider, which its support asks for.' },
  'spanline.llm.repeat_ratio': { kind: 'double', privacy: 'protected', settable: true, docs: 'Share of six-word sequences that repeat, in answers of 800 characters and more.' },
} as const satisfies AttributeRows;

/** Usage and cost. */
export const USAGE_AND_COST = {
  'spanline.usage.source': { kind: 'string', privacy: 'own', settable: true, values: ['provider', 'estimated'], docs: '`estimated` when tokens were counted locally.' },
  'spanline.usage.issue': { kind: 'string', privacy: 'protected', settable: true, docs: "Correction that was made to the provider's numbers." },
  'spanline.usage.unknown': { kind: 'strings', privacy: 'protected', settable: true, docs: 'Paths of numbers in the usage that are not known. The call may have cost more.' },
  'spanline.usage.requested_search': { kind: 'string', privacy: 'protected', settable: true, docs: 'Option or tool of the request that lets the model search, where the answer need not report what that cost: `web_search_options`, `search_parameters`, `web_search_preview`.' },
  'spanline.cost.usd': { kind: 'double', privacy: 'protected', settable: true, minimum: 0, docs: 'Cost of the call in US dollars. Absent when unknown.' },
  'spanline.cost.source': { kind: 'string', privacy: 'own', values: ['provider', 'explicit', 'price_table'], docs: 'Origin of the cost.' },
  'spanline.cost.exact': { kind: 'boolean', privacy: 'own', docs: '`false` when the cost may differ from the bill; `spanline.cost.reason` gives the reason.' },
  'spanline.cost.price_version': { kind: 'string', privacy: 'own', docs: 'Version of the price table.' },
  'spanline.cost.reason': { kind: 'string', privacy: 'own', docs: 'Reason for a missing cost (`no_usage`, `no_model`, `unknown_model`, `self_hosted`, `not_billed`) or for one that is not exact (`unknown_usage`, `unpriced_unit`, `assumed_price`, `unpriced_condition`, `inconsistent_usage`, `incomplete_usage`, `estimated_usage`, `assumed_model`, `assumed_tier`).' },
  'spanline.cost.list_usd': { kind: 'double', privacy: 'own', minimum: 0, docs: 'Cost by the price table, beside the cost that the provider reported.' },
  'spanline.cost.reported_usd': { kind: 'double', privacy: 'protected', settable: true, minimum: 0, docs: 'Cost that the provider or a gateway reported. Written only beside an explicit cost.' },
  'spanline.cost.tier': { kind: 'string', privacy: 'protected', settable: true, docs: 'Service tier that the call was billed by, unless it is the standard one: `flex`, `priority`, `batch`, `fast`.' },
  'spanline.cost.requested_tier': { kind: 'string', privacy: 'protected', settable: true, docs: 'Service tier that the request asked for, unless it is the standard one. The call may have been served by another one: `spanline.cost.tier`.' },
  'spanline.cost.region': { kind: 'string', privacy: 'protected', settable: true, docs: 'Region or geography that the price depends on.' },
  'gen_ai.usage.input_tokens': { kind: 'int', privacy: 'protected', settable: true, docs: 'Input tokens, cached ones included.' },
  'gen_ai.usage.output_tokens': { kind: 'int', privacy: 'protected', settable: true, docs: 'Output tokens, reasoning included.' },
  'gen_ai.usage.cache_read.input_tokens': { kind: 'int', privacy: 'protected', settable: true, docs: "Input tokens read from the provider's cache." },
  'gen_ai.usage.cache_write.input_tokens': { kind: 'int', privacy: 'protected', settable: true, docs: "Input tokens written to the provider's cache." },
  'gen_ai.usage.reasoning.output_tokens': { kind: 'int', privacy: 'protected', settable: true, docs: 'Output tokens spent on reasoning.' },
  'gen_ai.usage.audio.input_tokens': { kind: 'int', privacy: 'protected', settable: true, docs: 'Audio input tokens.' },
  'gen_ai.usage.audio.output_tokens': { kind: 'int', privacy: 'protected', settable: true, docs: 'Audio output tokens.' },
} as const satisfies AttributeRows;
