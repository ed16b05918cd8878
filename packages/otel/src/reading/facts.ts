/** All that the attributes and events of a span say, in the words of the record. */
import { type ContentKey, isProps, list, props, text } from '@spanline/record';
import type { OtelEvent } from '../host/otel-span.ts';
import { familyOf, type Reading, readingFor } from '../spellings/index.ts';
import { readAddress } from './address.ts';
import { bare, isMessageList, readContent } from './content.ts';
import { type ReadEvents, readEvents } from './events.ts';
import { flatMessages, fromJson, sdkPart } from './messages.ts';
import { readParameters } from './parameters.ts';
import { createFlatList, type FlatList } from './unflatten.ts';
import { factFrom, isCount, listIn, vectorLength } from './values.ts';

/** Labels that are ids of the surroundings: names that frameworks give them. */
const IDS: Readonly<Record<string, 'sessionId' | 'userId' | undefined>> = {
  session_id: 'sessionId',
  sessionId: 'sessionId',
  user_id: 'userId',
  userId: 'userId',
};

/** Metadata of LangChain that has a key of its own, or repeats one. */
const LANGCHAIN: Readonly<Record<string, string>> = {
  ls_provider: 'gen_ai.provider.name',
  ls_model_name: 'gen_ai.request.model',
  ls_temperature: 'gen_ai.request.temperature',
  ls_max_tokens: 'gen_ai.request.max_tokens',
  ls_model_type: '',
  ls_integration: '',
};

/** Words of usage objects that the usage reader does not know. */
const USAGE_WORDS: ReadonlyMap<string, string> = new Map([
  ['input', 'input_tokens'],
  ['output', 'output_tokens'],
  ['total', 'total_tokens'],
  ['input_cached_tokens', 'cached_tokens'],
  ['output_reasoning_tokens', 'reasoning_tokens'],
]);

/** A number in the unit of its key, without the rest that binary fractions leave: 4.1 ms are 0.0041 s. */
const scaled = (value: number, factor: number): number =>
  factor === 1 ? value : Math.round(value * factor * 1e9) / 1e9;

/** Collects what a span says. Later attributes do not replace earlier ones, unless they have the record's own name. */
export class SpanFacts {
  readonly facts: Record<string, unknown> = {};
  readonly content: Partial<Record<ContentKey, unknown>> = {};
  /** Keys of a usage object, nested. */
  readonly usage: Record<string, unknown> = {};
  hasUsage = false;
  input: unknown;
  output: unknown;
  #reasoning: string | undefined;
  readonly #toolCalls: unknown[] = [];
  readonly labels: [key: string, value: unknown][] = [];
  readonly tags: string[] = [];
  sessionId: string | undefined;
  userId: string | undefined;
  /** The type and the message of a failure, in attributes. */
  failureType: string | undefined;
  failure: string | undefined;
  /** Values that their keys cannot have. They count as left out, unless another spelling has one that fits. */
  readonly #unfit: Record<string, unknown> = {};
  /** Lists whose members have an attribute each. */
  #flat: Map<ContentKey, { readonly list: FlatList; readonly wrapper: string | undefined }> | undefined;
  readonly #isClaudeCode: boolean;

  constructor(isClaudeCode: boolean) {
    this.#isClaudeCode = isClaudeCode;
  }

  /** Reads one attribute. */
  add(key: string, value: unknown): void {
    if (value === undefined || value === null) return;
    const reading = readingFor(key, this.#isClaudeCode);
    if (reading !== undefined) this.#read(reading, value);
    else this.#addUnknown(key, value);
  }

  /** Reads all attributes. A getter that throws costs its own value. */
  addAll(attributes: Readonly<Record<string, unknown>>): void {
    for (const key in attributes) {
      try {
        this.add(key, attributes[key]);
      } catch {
        this.labels.push([key, undefined]);
      }
    }
  }

  /** Reads the events; returns what is no fact. */
  addEvents(events: readonly OtelEvent[]): ReadEvents {
    const read = readEvents(events);
    for (const details of read.details) this.addAll(details);
    if (read.input.length > 0) this.content['gen_ai.input.messages'] ??= read.input;
    if (read.output.length > 0) this.content['gen_ai.output.messages'] ??= read.output;
    if (read.reasons.length > 0) this.#setFact('gen_ai.response.finish_reasons', read.reasons, false);
    if (read.others.length > 0) this.content['spanline.events'] = read.others;
    return read;
  }

  /** Puts the lists that were flat together. */
  finish(): void {
    this.output = this.#answer();
    for (const key in this.#unfit) this.facts[key] ??= this.#unfit[key];
    for (const [key, { list: flat, wrapper }] of this.#flat ?? []) {
      const entries = flat.entries();
      this.content[key] ??= isMessageList(key)
        ? flatMessages(entries, wrapper)
        : entries.map((entry) => bare(entry, wrapper));
    }
    const { 'gen_ai.output.messages': answers } = this.content;
    if (answers === undefined) return;
    const reasons = list(answers).flatMap((message) => text(props(message)['finish_reason']) ?? []);
    if (reasons.length > 0) this.#setFact('gen_ai.response.finish_reasons', reasons, false);
  }

  #read({ kind, key, factor, isOwn }: Reading, value: unknown): void {
    switch (kind) {
      case 'fact':
        return this.#setFact(key, value, isOwn, factor);
      case 'content':
        return this.#setContent(key as ContentKey, value, isOwn);
      case 'usage':
        return this.#setUsage(key, value, isOwn);
      case 'input':
        return void (this.input ??= fromJson(value));
      case 'output':
        return void (this.output ??= fromJson(value));
      case 'reasoning':
        return void (this.#reasoning ??= text(value));
      case 'tool calls':
        return void this.#toolCalls.push(...listIn(value));
      case 'usage object':
        return this.#setUsageObject(value);
      case 'provider usage':
        return this.#setProviderUsage(value);
      case 'parameters':
        if (!readParameters(value, (name, parameter) => this.#setFact(name, parameter, false))) this.#leaveOut(key);
        return;
      case 'labels':
        return this.#addLabels(value);
      case 'tags':
        return void this.tags.push(...listIn(value).flatMap((tag) => text(tag) ?? []));
      case 'session':
        return this.#setId('sessionId', value);
      case 'user':
        return this.#setId('userId', value);
      case 'failure type':
        return void (this.failureType ??= text(value));
      case 'failure':
        return void (this.failure ??= text(value));
      case 'url':
        return readAddress(value, (name, part) => this.#setFact(name, part, false));
      case 'vector':
        return this.#setDimensions(value);
      default:
    }
  }

  #setFact(key: string, value: unknown, isOwn: boolean, factor = 1): void {
    if (value === '' || (!isOwn && this.facts[key] !== undefined)) return;
    const fact = factFrom(key, value);
    if (fact === undefined) this.#unfit[key] ??= value;
    else this.facts[key] = typeof fact === 'number' ? scaled(fact, factor) : fact;
  }

  /** Notes that the line has less than the span. */
  #leaveOut(key: string): void {
    this.labels.push([key, undefined]);
  }

  #setContent(key: ContentKey, value: unknown, isOwn: boolean): void {
    if (!isOwn && this.content[key] !== undefined) return;
    this.content[key] = readContent(key, value);
  }

  #setUsage(path: string, value: unknown, isOwn: boolean): void {
    this.hasUsage = true;
    const [first = '', second] = path.startsWith('gen_ai.') || path.startsWith('spanline.') ? [path] : path.split('.');
    const known = this.usage[first];
    if (second === undefined) {
      if (known === undefined || (isCount(value) && (isOwn || !isCount(known)))) this.usage[first] = value;
    } else this.usage[first] = { ...props(this.usage[first]), [second]: value };
  }

  /** The AI SDK's `providerMetadata`, by provider, and the provider's own usage. */
  #setProviderUsage(value: unknown): void {
    const read = fromJson(value);
    if (!isProps(read)) return this.#leaveOut('provider_usage');
    this.hasUsage = true;
    this.usage['providerMetadata'] = { ...props(this.usage['providerMetadata']), ...read };
  }

  #setUsageObject(value: unknown): void {
    const read = fromJson(value);
    if (!isProps(read)) return this.#leaveOut('usage');
    this.hasUsage = true;
    for (const name of Object.keys(read)) this.usage[USAGE_WORDS.get(name) ?? name] ??= read[name];
  }

  #setId(id: 'sessionId' | 'userId', value: unknown): void {
    const given = typeof value === 'number' ? String(value) : text(value);
    if (given === undefined && value !== '') this.#leaveOut(id);
    this[id] ??= given;
  }

  /** The answer of a model whose parts have an attribute each. */
  #answer(): unknown {
    if (this.#reasoning === undefined && this.#toolCalls.length === 0) return this.output;
    const parts: unknown[] = [];
    if (this.#reasoning !== undefined) parts.push({ type: 'reasoning', content: this.#reasoning });
    if (this.output !== undefined) parts.push({ type: 'text', content: this.output });
    parts.push(...this.#toolCalls.map(sdkPart));
    return [{ role: 'assistant', parts }];
  }

  #addLabels(value: unknown): void {
    const read = fromJson(value);
    if (!isProps(read)) return void this.labels.push(['metadata', value]);
    for (const name of Object.keys(read)) this.#addLabel(name, read[name]);
  }

  #addLabel(name: string, value: unknown): void {
    const key = Object.hasOwn(LANGCHAIN, name) ? LANGCHAIN[name] : undefined;
    if (key !== undefined) return key === '' ? undefined : this.#setFact(key, value, false);
    const id = Object.hasOwn(IDS, name) ? IDS[name] : undefined;
    if (id === undefined) this.labels.push([name, value]);
    else this.#setId(id, value);
  }

  #addUnknown(key: string, value: unknown): void {
    const family = familyOf(key);
    if (family === undefined) return void this.labels.push([key, value]);
    const rest = key.slice(family.prefix.length);
    if (family.to === 'labels') return this.#addLabel(rest, value);
    if (family.to === 'nothing') return;
    if (rest.endsWith('.vector')) return this.#setDimensions(value);
    const known = (this.#flat ??= new Map());
    let flat = known.get(family.to);
    if (flat === undefined) known.set(family.to, (flat = { list: createFlatList(), wrapper: family.wrapper }));
    if (!flat.list.add(rest, value)) this.#leaveOut(key);
  }

  #setDimensions(value: unknown): void {
    const length = vectorLength(value);
    if (length > 0) this.#setFact('gen_ai.embeddings.dimension.count', length, false);
  }
}
