/** Facts of a span that may be a cause: its attributes, and the shape of the arguments of a tool. */

import { attributeRow, isOpenKey, isPlainObject, memoize, type SpanRecord } from '@spanline/record';

/** A value of a fact. */
export type FactValue = string | number | boolean;

/** A fact: its key, and its value. */
export type Fact = readonly [key: string, value: FactValue];

/**
 * The part that a fact can play:
 *
 * - `context`: known of the whole request, such as the user or the host
 * - `input`: known when the span began
 * - `outcome`: known when it ended
 * - `failure`: says that it failed
 * - `none`: no fact
 */
export type FactRole = 'context' | 'input' | 'outcome' | 'failure' | 'none';

const MAX_ROLES = 10_000;

const MAX_TEXT = 200;
const MAX_ARGUMENTS = 20;
const MAX_JSON = 65_536;
const ARGUMENTS = 'gen_ai.tool.call.arguments';
/** Prefix of the facts that arguments of a tool become. */
export const ARGUMENT = 'arguments.';
/** Fact for the names and types of all arguments. */
export const SHAPE = 'arguments';

/** A test for keys, which spaces divide. A key that ends with `*` is a beginning. */
function keys(text: string): (key: string) => boolean {
  const names = text.trim().split(/\s+/);
  const whole = new Set(names.filter((name) => !name.endsWith('*')));
  const starts = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (key) => whole.has(key) || starts.some((start) => key.startsWith(start));
}

const isId = keys(`
  trace_* span_id parent_span_id dd.* event.* http.request.id gen_ai.response.id
  gen_ai.request.previous_response.id gen_ai.tool.call.id gen_ai.agent.id spanline.link.* spanline.parent.*
  spanline.retry.previous_span_id spanline.provider.* spanline.langgraph.checkpoint_id
`);
/** Measures, and sums over other spans. */
const isMeasure = keys(`
  @timestamp duration_ms gen_ai.response.time_to_first_chunk spanline.stream.* spanline.http.ttfb_ms
  spanline.rollup.* spanline.sources gen_ai.evaluation.* spanline.evaluation.* spanline.cost.usd
  spanline.cost.list_usd spanline.cost.reported_usd
`);
/** Notes of the tracer about its own work. */
const isNote = keys(`
  level message otel.* span.name span.path span.kind spanline.schema spanline.read_at spanline.project
  spanline.alert.* spanline.stats.* spanline.hash.* spanline.sample.* spanline.capture.* spanline.content.ref
  spanline.content.input_hmac spanline.redaction* spanline.truncated spanline.late spanline.custom_events.*
  spanline.cost.source spanline.cost.exact spanline.cost.price_version spanline.cost.reason
  gen_ai.tool.description gen_ai.agent.description
`);
const isFailure = keys(`
  span.status error.* spanline.error.* http.response.status_code spanline.http.aborted
`);
const isOutcome = keys(`
  http.response.* gen_ai.response.* gen_ai.usage.* db.response.* spanline.usage.* spanline.http.*
  spanline.retrieval.* spanline.search.results spanline.content.output_bytes spanline.llm.*
  spanline.ratelimit.* spanline.guardrail.action spanline.cost.*
`);
const isContext = keys(`
  service.* deployment.* host.* process.* session.id user.id gen_ai.conversation.id labels.* spanline.tags
  spanline.langgraph.thread_id client.address user_agent.original
`);
/** Numbers that are names. */
const isName = keys(`
  process.pid http.response.status_code server.port gen_ai.request.seed
`);

/** The role of a key. */
export const roleOf: (key: string) => FactRole = memoize(MAX_ROLES, (key): FactRole => {
  if (key === SHAPE || key.startsWith(ARGUMENT)) return 'input';
  const row = attributeRow(key);
  if (row === undefined && !(key.startsWith('labels.') && isOpenKey(key))) return 'none';
  if (isId(key) || isMeasure(key) || isNote(key)) return 'none';
  if (row?.kind === 'json' || row?.kind === 'text' || row?.prose === true) return 'none';
  if (isFailure(key)) return 'failure';
  if (isContext(key)) return 'context';
  return isOutcome(key) ? 'outcome' : 'input';
});

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}

/** An argument as a fact: a number, a boolean, or the length of anything else. Texts are content and stay out. */
function argumentFact(name: string, value: unknown): Fact | undefined {
  const key = `${ARGUMENT}${name}`;
  if (typeof value === 'number' && Number.isFinite(value)) return [key, value];
  if (typeof value === 'boolean') return [key, value];
  if (typeof value === 'string' || Array.isArray(value)) return [`${key}.length`, value.length];
  return undefined;
}

function parse(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  if (given.length > MAX_JSON) return undefined;
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}

function argumentFacts(given: unknown): Fact[] {
  const value = parse(given);
  if (!isPlainObject(value)) return [];
  const entries = Object.entries(value).slice(0, MAX_ARGUMENTS);
  const types = entries.map(([name, argument]) => `${name}: ${typeOf(argument)}`).toSorted();
  const shape: Fact = [SHAPE, `{${types.join(', ')}}`.slice(0, MAX_TEXT)];
  const own = entries.map(([name, argument]) => argumentFact(name, argument)).filter((fact) => fact !== undefined);
  return [shape, ...own];
}

function factValue(key: string, value: unknown): FactValue | undefined {
  if (typeof value === 'number') return isName(key) ? String(value) : Number.isFinite(value) ? value : undefined;
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(String).toSorted().join(', ').slice(0, MAX_TEXT) || undefined;
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT) : undefined;
}

/** The facts of a span. */
export function factsOf(record: SpanRecord): Fact[] {
  const facts: Fact[] = [];
  for (const key in record) {
    const given = (record as Readonly<Record<string, unknown>>)[key];
    if (key === ARGUMENTS) facts.push(...argumentFacts(given));
    const value = roleOf(key) === 'none' ? undefined : factValue(key, given);
    if (value !== undefined) facts.push([key, value]);
  }
  return facts;
}
