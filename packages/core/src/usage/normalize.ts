import type { SpanAttributes } from '@spanline/record';
import { ESTIMATED_WRAPPER, SHAPES, type UsageShape, WRAPPERS } from './shapes.ts';

/**
 * Tokens of one model call as OpenTelemetry counts them: the input includes cached tokens, the output includes
 * reasoning.
 */
export interface TokenUsage {
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
  cacheReadTokens?: number | undefined;
  cacheWriteTokens?: number | undefined;
  reasoningTokens?: number | undefined;
  audioInputTokens?: number | undefined;
  audioOutputTokens?: number | undefined;
}

/** A problem of a provider's numbers; of low cardinality. */
export type UsageIssue =
  /** A part was larger than its whole and was reduced to it. */
  | 'details_exceed_total'
  /** The total shows that the input did not include cached tokens. They were added to it. */
  | 'cache_added'
  /** The total shows that the output did not include reasoning tokens. They were added to it. */
  | 'reasoning_added'
  /** Input and output do not add up to the total. Input and output were kept. */
  | 'total_mismatch'
  /**
   * A framework added up counts that the provider repeats on each chunk of a stream. The provider's own counts were
   * restored.
   */
  | 'chunks_added'
  /** The answer ended early. These are the tokens reported until then. */
  | 'incomplete';

/** {@link TokenUsage} and its origin. */
export interface NormalizedUsage extends TokenUsage {
  source: 'provider' | 'estimated';
  issue?: UsageIssue;
}

/** A larger number is a fault, not a count. */
const MAX_TOKENS = 1e12;

function count(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= 0) || number > MAX_TOKENS) return undefined;
  return Math.round(number);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function read(raw: Record<string, unknown>, paths: UsageShape['input'] | undefined): number | undefined {
  for (const path of paths ?? []) {
    let value: unknown = raw;
    for (const key of path) value = isObject(value) ? value[key] : undefined;
    const number = count(value);
    if (number !== undefined) return number;
  }
  return undefined;
}

/** The position of each key in a list, which has the most significant key first. */
function placesOf(keys: readonly string[]): ReadonlyMap<string, number> {
  return new Map(keys.map((key, place) => [key, place]));
}

const MARKS = SHAPES.flatMap((shape) => shape.marks);
const MARK_PLACES = placesOf(MARKS);
const SHAPE_OF_MARK: ReadonlyMap<string, UsageShape> = new Map(
  SHAPES.flatMap((shape) => shape.marks.map((mark): [string, UsageShape] => [mark, shape])).toReversed(),
);
const WRAPPER_KEYS = [...WRAPPERS, ESTIMATED_WRAPPER];
const WRAPPER_PLACES = placesOf(WRAPPER_KEYS);

/** True for objects whose properties a loop visits. A provider's own class may have accessors. */
function isPlain(raw: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(raw);
  return prototype === Object.prototype || prototype === null;
}

/**
 * The keys of a list that an object has, in the order of the list. Visits the object's own keys: looking for a missing
 * key costs more than reading all keys of a small object.
 */
function keysOf(
  raw: Record<string, unknown>,
  keys: readonly string[],
  places: ReadonlyMap<string, number>,
): readonly string[] {
  if (!isPlain(raw)) return keys.filter((key) => raw[key] !== undefined);
  const found: string[] = [];
  for (const key in raw) if (places.has(key) && raw[key] !== undefined) found.push(key);
  return found.length < 2 ? found : found.sort((one, other) => (places.get(one) ?? 0) - (places.get(other) ?? 0));
}

function shapeOf(raw: Record<string, unknown>): UsageShape | undefined {
  const [mark] = keysOf(raw, MARKS, MARK_PLACES);
  return mark === undefined ? undefined : SHAPE_OF_MARK.get(mark);
}

function add(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? undefined : a + (b ?? 0);
}

/** Corrects counts that contradict each other. The total decides where it can; otherwise parts are reduced. */
function reconcile(usage: NormalizedUsage, total: number | undefined): NormalizedUsage {
  const cached = (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0);
  const { inputTokens: input, outputTokens: output, reasoningTokens: reasoning } = usage;
  if (input !== undefined && cached > input) {
    if (total === input + cached + (output ?? 0)) {
      usage.inputTokens = input + cached;
      usage.issue = 'cache_added';
    } else {
      usage.issue = 'details_exceed_total';
      if (usage.cacheReadTokens !== undefined) usage.cacheReadTokens = Math.min(usage.cacheReadTokens, input);
      if (usage.cacheWriteTokens !== undefined) {
        usage.cacheWriteTokens = Math.min(usage.cacheWriteTokens, input - (usage.cacheReadTokens ?? 0));
      }
    }
  }
  if (output !== undefined && reasoning !== undefined && reasoning > 0) {
    if (total !== undefined && total === (usage.inputTokens ?? 0) + output + reasoning) {
      usage.outputTokens = output + reasoning;
      usage.issue = 'reasoning_added';
    } else if (reasoning > output) {
      usage.reasoningTokens = output;
      usage.issue = 'details_exceed_total';
    }
  }
  for (const [part, whole] of [
    ['audioInputTokens', 'inputTokens'],
    ['audioOutputTokens', 'outputTokens'],
  ] as const) {
    if ((usage[part] ?? 0) > (usage[whole] ?? Infinity)) {
      usage[part] = usage[whole];
      usage.issue = 'details_exceed_total';
    }
  }
  const sum = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  if (usage.issue === undefined && total !== undefined && usage.inputTokens !== undefined && total !== sum) {
    usage.issue = 'total_mismatch';
  }
  return usage;
}

function fromShape(
  raw: Record<string, unknown>,
  shape: UsageShape,
  source: NormalizedUsage['source'],
): NormalizedUsage {
  const cacheReadTokens = read(raw, shape.cacheRead);
  const cacheWriteTokens = read(raw, shape.cacheWrite);
  const reasoningTokens = read(raw, shape.reasoning);
  let inputTokens = read(raw, shape.input);
  let outputTokens = read(raw, shape.output);
  if (shape.besidesInput?.includes('cacheRead')) inputTokens = add(inputTokens, cacheReadTokens);
  if (shape.besidesInput?.includes('cacheWrite')) inputTokens = add(inputTokens, cacheWriteTokens);
  if (shape.reasoningBesides)
    outputTokens = add(outputTokens ?? (reasoningTokens === undefined ? undefined : 0), reasoningTokens);
  const usage: NormalizedUsage = { source };
  if (inputTokens !== undefined) usage.inputTokens = inputTokens;
  if (outputTokens !== undefined) usage.outputTokens = outputTokens;
  if (cacheReadTokens !== undefined) usage.cacheReadTokens = cacheReadTokens;
  if (cacheWriteTokens !== undefined) usage.cacheWriteTokens = cacheWriteTokens;
  if (reasoningTokens !== undefined) usage.reasoningTokens = reasoningTokens;
  const audioInput = read(raw, shape.audioInput);
  if (audioInput !== undefined) usage.audioInputTokens = audioInput;
  const audioOutput = read(raw, shape.audioOutput);
  if (audioOutput !== undefined) usage.audioOutputTokens = audioOutput;
  return reconcile(usage, read(raw, shape.total));
}

function hasTokens(usage: NormalizedUsage): boolean {
  return usage.inputTokens !== undefined || usage.outputTokens !== undefined;
}

function find(raw: unknown, source: NormalizedUsage['source'], depth: number): NormalizedUsage | undefined {
  if (!isObject(raw)) return undefined;
  const shape = shapeOf(raw);
  if (shape !== undefined) {
    const usage = fromShape(raw, shape, source);
    if (hasTokens(usage)) return usage;
  }
  if (depth === 0) return undefined;
  for (const wrapper of keysOf(raw, WRAPPER_KEYS, WRAPPER_PLACES)) {
    const usage = find(raw[wrapper], wrapper === ESTIMATED_WRAPPER ? 'estimated' : source, depth - 1);
    if (usage !== undefined) return usage;
  }
  return undefined;
}

/**
 * Reads tokens from what a provider or framework reports. It recognises the shapes of OpenAI (chat, responses),
 * Anthropic, Google, Bedrock, Ollama, DeepSeek, Cohere, LangChain (`usage_metadata`, `tokenUsage`,
 * `estimatedTokenUsage`) and the AI SDK, and objects that wrap one of these. Counts that are not reported stay absent;
 * an explicit 0 stays 0. Never throws.
 *
 * @returns `undefined` if there is no count
 */
export function normalizeUsage(raw: unknown): NormalizedUsage | undefined {
  try {
    return find(raw, 'provider', 2);
  } catch {
    return undefined;
  }
}

/** Converts usage to span attributes, for `span.set()`. */
export function usageAttributes(usage: NormalizedUsage): SpanAttributes {
  return {
    'spanline.usage.source': usage.source,
    ...(usage.issue === undefined ? {} : { 'spanline.usage.issue': usage.issue }),
    'gen_ai.usage.input_tokens': usage.inputTokens,
    'gen_ai.usage.output_tokens': usage.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cacheReadTokens,
    'gen_ai.usage.cache_write.input_tokens': usage.cacheWriteTokens,
    'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens,
    'gen_ai.usage.audio.input_tokens': usage.audioInputTokens,
    'gen_ai.usage.audio.output_tokens': usage.audioOutputTokens,
  };
}
