import {
  ATTRIBUTES,
  type AttributeKind,
  CONTENT_KEYS,
  type ContentAttributes,
  type ContentKey,
} from '@spanline/record';

/**
 * Strings that are written as they are: ids, times, enumerations, names of models, of software and of the operator's own machines. All else may hold what a person typed.
 */
const PROTECTED: readonly string[] = [
  '@timestamp',
  'level',
  'event.name',
  'event.outcome',
  'event.id',
  'event.start',
  'spanline.schema',
  'spanline.project',
  'service.name',
  'service.version',
  'deployment.environment.name',
  'host.name',
  'trace_id',
  'span_id',
  'parent_span_id',
  'trace_flags',
  'dd.trace_id',
  'dd.span_id',
  'http.request.id',
  'span.type',
  'span.kind',
  'span.status',
  'spanline.link.trace_id',
  'otel.scope.name',
  'otel.scope.version',
  'error.type',
  'spanline.error.class',
  'spanline.usage.source',
  'spanline.usage.issue',
  'spanline.cost.source',
  'spanline.cost.price_version',
  'spanline.cost.reason',
  'spanline.capture.mode',
  'spanline.hash.key_id',
  'spanline.content.ref',
  'spanline.sample.reason',
  'spanline.content.input_hmac',
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.conversation.id',
  'gen_ai.output.type',
  'gen_ai.request.model',
  'gen_ai.request.encoding_formats',
  'gen_ai.request.reasoning.level',
  'gen_ai.request.previous_response.id',
  'gen_ai.response.id',
  'gen_ai.response.model',
  'gen_ai.response.status',
  'gen_ai.response.finish_reasons',
  'gen_ai.tool.type',
  'gen_ai.tool.call.id',
  'gen_ai.agent.id',
  'gen_ai.prompt.version',
  'server.address',
  'spanline.prompt.template_sha256',
  'spanline.guardrail.action',
  'spanline.langgraph.checkpoint_id',
  'spanline.langgraph.thread_id',
  'http.request.method',
  'url.scheme',
  'network.protocol.version',
  'spanline.evaluation.source',
];

/** The keys that redaction leaves alone, with the user's own. */
export function protectedKeys(own: readonly string[]): ReadonlySet<string> {
  return new Set([...PROTECTED, ...own]);
}

/** Ids, times and enumerations that the tracer itself makes: never long, never a person's. Every other text of a record passes capture. */
export const OWN_FACTS: ReadonlySet<string> = new Set([
  '@timestamp',
  'level',
  'event.name',
  'event.outcome',
  'event.id',
  'event.start',
  'spanline.schema',
  'host.name',
  'trace_id',
  'span_id',
  'parent_span_id',
  'trace_flags',
  'span.type',
  'span.kind',
  'span.status',
  'spanline.error.class',
  'spanline.usage.source',
  'spanline.cost.source',
  'spanline.cost.price_version',
  'spanline.cost.reason',
  'spanline.capture.mode',
  'spanline.hash.key_id',
  'spanline.redaction.rules',
  'spanline.truncated',
  'spanline.alert.name',
  'spanline.alert.event',
  'spanline.alert.state',
  'spanline.alert.severity',
  'spanline.alert.metric',
  'spanline.alert.comparison',
  'spanline.alert.step',
  'spanline.alert.trace_ids',
  'spanline.alert.dedup_key',
]);

/** Content keys in the order in which a line holds them. */
export const CONTENT_ORDER: readonly ContentKey[] = Object.keys(CONTENT_KEYS) as ContentKey[];

const PLACES: ReadonlyMap<string, number> = new Map(CONTENT_ORDER.map((key, place) => [key, place]));

const placeOf = (key: ContentKey): number => PLACES.get(key) ?? 0;

/** The keys of some content in the order in which a line holds them. */
export function orderedKeys(content: ContentAttributes): ContentKey[] {
  const keys = Object.keys(content) as ContentKey[];
  let last = -1;
  for (const key of keys) {
    const place = placeOf(key);
    if (place < last) return keys.sort((a, b) => placeOf(a) - placeOf(b));
    last = place;
  }
  return keys;
}

/** Content that came out of the step; the rest went in. */
export const OUTPUT_KEYS: ReadonlySet<string> = new Set<ContentKey>([
  'gen_ai.output.messages',
  'gen_ai.tool.call.result',
  'gen_ai.retrieval.documents',
  'spanline.output',
]);

/** Content that is written as the text it is; all other is JSON. */
export const TEXT_KEYS: ReadonlySet<string> = new Set(CONTENT_ORDER.filter((key) => CONTENT_KEYS[key] === 'text'));

/** What gives way first when a line is too long. */
export const SHRINK_ORDER: readonly ContentKey[] = [
  'gen_ai.retrieval.documents',
  'gen_ai.tool.definitions',
  'spanline.prompt.variables',
  'spanline.prompt.template',
  'gen_ai.input.messages',
  'gen_ai.tool.call.arguments',
  'spanline.input',
  'gen_ai.tool.call.result',
  'gen_ai.system_instructions',
  'db.query.text',
  'spanline.search.query',
  'gen_ai.retrieval.query.text',
  'gen_ai.output.messages',
  'spanline.output',
];

/** Content on lines that are no span (`gen_ai.evaluation.explanation`) is a fact among facts. */
export function kindOf(key: string): AttributeKind | undefined {
  return (ATTRIBUTES as Readonly<Record<string, AttributeKind>>)[key];
}
