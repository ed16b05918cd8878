/** The usage of one answer, whole or from the pieces of a stream, of any provider. */
import { isObject, isPlainObject, list, props, type Props, text } from '@spanline/record';
import { isConditionKey } from './conditions.ts';
import { partOfUsage } from './normalize.ts';
import type { UsageContext } from './read-usage.ts';
import { isBillable, type NormalizedUsage } from './report.ts';
import { ReportedCounts } from './reported-counts.ts';
import { isGroundingKey } from './server-tools.ts';
import { NOVA_USAGE, USAGE } from './spellings.ts';
import { isUsageKey } from './wrappers.ts';

const MAX_ITEMS = 1000;
const MAX_DEPTH = 3;

/** States of OpenAI's Responses API after which an answer no longer changes. */
const FINAL: ReadonlySet<unknown> = new Set(['completed', 'incomplete', 'failed', 'cancelled']);

/** Anthropic's events. The first one counts what was written by then; all counts are sums. */
const FIRST = 'message_start';
const LAST = 'message_delta';
/** Most of them have nothing but a piece of the answer. */
const CONTENT = 'content_block_delta';

/** Marks of an answer that is complete, by key: the reason why it ended. */
const ENDS: ReadonlyMap<string, (value: unknown) => boolean> = new Map<string, (value: unknown) => boolean>([
  ['stop_reason', (value) => typeof value === 'string'],
  ['done', (value) => value === true],
  ['status', (value) => FINAL.has(value)],
  ['messageStop', isObject],
  ['amazon-bedrock-invocationMetrics', isObject],
]);

/** Keys under which the events of a stream have a part of the answer. */
const HOLDERS: ReadonlySet<string> = new Set(['response', 'message', 'data', 'serverContent', 'event', 'interaction']);

/** Keys of an answer that decide on its price. */
const ANSWER_KEYS: ReadonlySet<string> = new Set(['model', 'modelVersion', 'tools']);

/** No event of a stream and no answer has as many. */
const MAX_KEYS = 500;

/** Collects what is billed of one answer. Nothing else of it is kept. */
export class AnswerUsage {
  readonly #context: UsageContext;
  readonly #answer: Props = {};
  /** Usage objects by their keys. Most answers have one. */
  readonly #usages: Record<string, ReportedCounts> = {};
  #groundings: object[] | undefined;
  #items: unknown[] | undefined;
  #isStarted = false;
  #isComplete = false;

  constructor(context: UsageContext = {}) {
    this.#context = context;
  }

  /** Adds a whole answer, or a piece of a stream. */
  add(piece: unknown): void {
    if (isObject(piece) && !Array.isArray(piece)) this.#addProps(piece as Props, MAX_DEPTH);
  }

  #addProps(piece: Props, depth: number): void {
    const type = text(piece['type']);
    if (type === FIRST) this.#isStarted = true;
    if (type === LAST) this.#isComplete = true;
    const areSums = type === FIRST || type === LAST;
    let keys = 0;
    for (const key in piece) {
      if (keys++ === MAX_KEYS) break;
      const value = piece[key];
      if (value === null || value === undefined) continue;
      if (ENDS.get(key)?.(value) === true) this.#isComplete = true;
      if (isUsageKey(key) && isObject(value))
        this.#addUsage(key, value as Props, areSums || this.#isStarted || key === NOVA_USAGE);
      else if (key === 'choices') this.#addChoice(props(list(value)[0]));
      else if (key === 'candidates') this.#addCandidates(value);
      else if (isGroundingKey(key)) this.#addGrounding(value);
      else if (key === 'output') this.#addOutput(value);
      else if (key === 'item' && type === 'response.output_item.done') (this.#items ??= []).push(value);
      else if (key === 'delta' && type !== CONTENT) this.#addChoice(props(value));
      else if (key === 'metadata') this.#addMetadata(props(value));
      else if (HOLDERS.has(key)) this.#addHeld(value, depth);
      else if (USAGE().has(key) || isConditionKey(key) || ANSWER_KEYS.has(key)) this.#answer[key] = value;
    }
    if ((this.#items?.length ?? 0) > MAX_ITEMS) this.#items?.splice(MAX_ITEMS);
  }

  #addHeld(value: unknown, depth: number): void {
    if (depth > 0 && isObject(value) && !Array.isArray(value)) this.#addProps(value as Props, depth - 1);
  }

  #addUsage(key: string, usage: Props, areSums: boolean): void {
    if (!isPlainObject(usage)) {
      // The values of a class may be behind accessors.
      this.#answer[key] = usage;
      return;
    }
    (this.#usages[key] ??= new ReportedCounts()).add(usage, areSums);
  }

  /** Moonshot counts within the choice, Cohere within the last delta. */
  #addChoice({ usage, finish_reason: reason, finishReason, stop_reason: stop }: Props): void {
    if ((text(reason) ?? text(finishReason) ?? text(stop)) !== undefined) this.#isComplete = true;
    if (isObject(usage)) this.#addUsage('usage', usage as Props, false);
  }

  #addCandidates(candidates: unknown): void {
    for (const candidate of list(candidates)) {
      const { finishReason, groundingMetadata } = props(candidate);
      if (text(finishReason) !== undefined) this.#isComplete = true;
      this.#addGrounding(groundingMetadata);
    }
  }

  /** Google reports its searches in any chunk, and repeats them. */
  #addGrounding(groundingMetadata: unknown): void {
    const given = Array.isArray(groundingMetadata) ? groundingMetadata : [groundingMetadata];
    for (const grounding of given) {
      const kept = (this.#groundings ??= []);
      if (isObject(grounding) && kept.length < MAX_ITEMS) kept.push(grounding);
    }
  }

  /** OpenAI's answer has its items from the last event on. Until then they come one by one. */
  #addOutput(output: unknown): void {
    if (list(output).length > 0) this.#answer['output'] = output;
  }

  /** Bedrock counts in an event of its own, beside the conditions of the price. */
  #addMetadata(metadata: Props): void {
    const { usage } = metadata;
    if (!isObject(usage)) return;
    this.#addUsage('usage', usage as Props, false);
    for (const key in metadata) if (isConditionKey(key)) this.#answer[key] = metadata[key];
  }

  /**
   * Reads the usage so far.
   *
   * @param isBroken - the answer ended early
   * @returns `undefined` when there is no count in it
   */
  read(isBroken: boolean): NormalizedUsage | undefined {
    const usage = this.readPart(isBroken);
    return usage === undefined || !isBillable(usage) ? undefined : usage;
  }

  /** Reads what is there so far, for callers that have further reports: the conditions of the price may be alone. */
  readPart(isBroken: boolean): NormalizedUsage | undefined {
    // After a spread, V8 defines each further member on its slow path.
    const answer: Props = {};
    for (const key in this.#answer) answer[key] = this.#answer[key];
    for (const key in this.#usages) answer[key] = this.#usages[key]?.toObject();
    if (this.#items !== undefined) answer['output'] ??= this.#items;
    const groundings = this.#groundings;
    if (groundings !== undefined && groundings.length > 0)
      answer['groundingMetadata'] = groundings.length === 1 ? groundings[0] : groundings;
    const usage = partOfUsage(answer, this.#context);
    const isCut = !this.#isComplete && (isBroken || this.#isStarted);
    return usage === undefined || !isCut ? usage : { ...usage, issue: 'incomplete' };
  }
}
