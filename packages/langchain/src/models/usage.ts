/** Tokens of one model call. Corrects what LangChain's clients count wrong, and marks it in `spanline.usage.issue`. */

import {
  addUsage,
  hasKeys,
  isBillable,
  isObject,
  list,
  mostExact,
  type NormalizedUsage,
  normalizeUsage,
  number,
  partOfUsage,
  type Props,
  props,
  text,
  type UsageIssue,
} from '@spanline/instrumentation';
import { first } from '../objects/first.ts';
import type { StreamedAnswer } from './streamed-answer.ts';

/** LangChain's `usage_metadata`, corrected. */
interface Counted {
  readonly usage: Props;
  readonly issue?: UsageIssue;
}

/**
 * Anthropic's usage with the first event of a stream. Before 1.2.3, `@langchain/anthropic` leaves cached tokens out of
 * the input.
 */
function anthropicStart({ firstUsage, isOldAnthropic }: StreamedAnswer): Props {
  const usage = firstUsage ?? {};
  const details = props(usage['input_token_details']);
  const cached = (number(details['cache_read']) ?? 0) + (number(details['cache_creation']) ?? 0);
  const input = number(usage['input_tokens']) ?? 0;
  return isOldAnthropic || cached > input ? { ...usage, input_tokens: input + cached, total_tokens: undefined } : usage;
}

/**
 * Anthropic reports a running total of the output: 1 with the first event and 20 with the last means 20.
 * `@langchain/anthropic` adds the two; before 1.4 it adds the cached tokens as well.
 */
function fromFirstAndLast(usage: Props, streamed: StreamedAnswer): Counted {
  const { firstUsage, lastUsage } = streamed;
  if (firstUsage === undefined || lastUsage === undefined || firstUsage === lastUsage) return { usage };
  const start = number(firstUsage['output_tokens']) ?? 0;
  const last = number(lastUsage['output_tokens']) ?? 0;
  const isDelta = (number(lastUsage['input_tokens']) ?? 0) === 0;
  const output = isDelta ? last : last - start;
  if (output < 0 || number(usage['output_tokens']) !== output + start) return { usage };
  const right: Props = { ...anthropicStart(streamed), output_tokens: output, total_tokens: undefined };
  const isSame = start === 0 && right['input_tokens'] === usage['input_tokens'];
  return isSame ? { usage: right } : { usage: right, issue: 'chunks_added' };
}

/** Google repeats the cached tokens of the prompt in every chunk. `@langchain/google-genai` adds them up. */
function withoutRepeatedCache(usage: Props, { chunks }: StreamedAnswer): Counted {
  const details = props(usage['input_token_details']);
  const sum = number(details['cache_read']) ?? 0;
  if (chunks < 2 || sum === 0 || sum % chunks !== 0) return { usage };
  const restored = { ...details, cache_read: sum / chunks };
  return { usage: { ...usage, input_token_details: restored }, issue: 'chunks_added' };
}

/** Google counts thoughts apart from the answer and bills them as output. LangChain adds them to the total only. */
function withThoughts(counted: Counted): Counted {
  const { usage } = counted;
  const input = number(usage['input_tokens']) ?? 0;
  const output = number(usage['output_tokens']) ?? 0;
  const thoughts = (number(usage['total_tokens']) ?? 0) - input - output;
  const details = props(usage['output_token_details']);
  if (thoughts <= 0 || number(details['reasoning']) !== undefined) return counted;
  const restored = { ...details, reasoning: thoughts };
  return {
    usage: { ...usage, output_tokens: output + thoughts, output_token_details: restored },
    issue: 'reasoning_added',
  };
}

/** Google names itself in streamed messages only. Its finish reasons are in capitals. */
function isGoogle(provider: unknown, generation: Props): boolean {
  const reason = props(generation['generationInfo'])['finishReason'];
  return String(provider).startsWith('google') || (typeof reason === 'string' && /^[A-Z_]+$/.test(reason));
}

function correct(usage: Props, generation: Props, metadata: Props, streamed: StreamedAnswer | undefined): Counted {
  const provider = metadata['model_provider'] ?? streamed?.provider;
  if (provider === 'anthropic' && streamed !== undefined) return fromFirstAndLast(usage, streamed);
  if (!isGoogle(provider, generation)) return { usage };
  const isDelta = provider === 'google-genai' && streamed?.lastUsage === undefined && streamed !== undefined;
  return withThoughts(isDelta ? withoutRepeatedCache(usage, streamed) : { usage });
}

/** LangChain's copy. Its clients fill it with 0 where the provider counts nothing. */
function counted({ usage, issue }: Counted, model: string | undefined): NormalizedUsage | undefined {
  const found = normalizeUsage(usage, { model });
  const { input_tokens: input = 0, output_tokens: output = 0 } = found?.units ?? {};
  if (found === undefined || (input === 0 && output === 0)) return undefined;
  return issue === undefined || found.issue !== undefined ? found : { ...found, issue };
}

/** The message of a stream is put together from chunks, and the numbers in its metadata are added up. */
function isMerged(message: Props, streamed: StreamedAnswer | undefined): boolean {
  return streamed?.isStream === true || 'tool_call_chunks' in message;
}

/** Metadata of a message: what the provider wrote, and LangChain's further copies of it. */
function splitMetadata(metadata: Props): readonly [raw: Props, copies: Props] {
  const { tokenUsage, estimatedTokenUsage, usage_metadata, usageMetadata, ...raw } = metadata;
  const isRaw = number(props(usageMetadata)['promptTokenCount']) !== undefined;
  const copies = { tokenUsage, estimatedTokenUsage, usage_metadata, usageMetadata: isRaw ? undefined : usageMetadata };
  return [{ ...raw, ...props(raw['metadata']), ...(isRaw ? { usageMetadata } : {}) }, copies];
}

/**
 * Searches and compactions in the blocks of a streamed answer of Anthropic. LangChain drops the counts of its last
 * event. A search that failed is not billed.
 */
function blocksUsage(message: Props, streamed: StreamedAnswer | undefined): NormalizedUsage | undefined {
  const provider = props(message['response_metadata'])['model_provider'] ?? streamed?.provider;
  if (provider !== 'anthropic') return undefined;
  const blocks = list(message['content']).map(props);
  const searches = blocks.filter(
    ({ type, name }) => (type === 'server_tool_use' || type === 'server_tool_call') && name === 'web_search',
  ).length;
  const failed = blocks.filter(
    ({ type, content }) => type === 'web_search_tool_result' && isObject(content) && !Array.isArray(content),
  ).length;
  const isCompacted = blocks.some(({ type }) => type === 'compaction');
  if (searches === 0 && !isCompacted) return undefined;
  return {
    units: searches === 0 ? {} : { web_searches: Math.max(searches - failed, 0) },
    source: 'provider',
    ...(isCompacted ? { unknown: ['iterations.compaction'] } : {}),
  };
}

/** `ChatGoogle` makes events of the chunks of a stream, and keeps the searches of the last one only. */
function lostSearches(metadata: Props, streamed: StreamedAnswer | undefined): NormalizedUsage | undefined {
  if (streamed?.isEvents !== true || metadata['groundingMetadata'] === undefined) return undefined;
  return { units: {}, source: 'provider', unknown: ['groundingMetadata.webSearchQueries'] };
}

/** The most exact report on one generation. The provider's own is in one of the places that clients keep it in. */
function generationUsage(
  generation: Props,
  streamed: StreamedAnswer | undefined,
  model: string | undefined,
): NormalizedUsage | undefined {
  const message = props(generation['message']);
  const kwargs = props(message['additional_kwargs']);
  const metadata = props(message['response_metadata']);
  const counts = message['usage_metadata'];
  const copy = isObject(counts) ? counted(correct(props(counts), generation, metadata, streamed), model) : undefined;
  const [raw, copies] = hasKeys(metadata) ? splitMetadata(metadata) : [metadata, metadata];
  const kept =
    hasKeys(raw) || hasKeys(kwargs)
      ? partOfUsage({ response_metadata: raw, additional_kwargs: kwargs }, { model })
      : undefined;
  const others = [copies, props(generation['generationInfo'])].map((place) =>
    hasKeys(place) ? partOfUsage({ response_metadata: place }, { model }) : undefined,
  );
  return isMerged(message, streamed)
    ? mostExact([
        blocksUsage(message, streamed),
        lostSearches(metadata, streamed),
        streamed?.raw?.readPart(false),
        copy,
        kept,
        ...others,
      ])
    : mostExact([kept, copy, ...others]);
}

/** The id of the answer that a generation is a choice of. */
function answerId(generation: Props): string | undefined {
  const message = props(generation['message']);
  const metadata = props(message['response_metadata']);
  const id = text(first(metadata['id'], metadata['responseId'], message['id']));
  return id === undefined || /^(?:run-|lc_run)/.test(id) ? undefined : id;
}

const isSame = (one: NormalizedUsage, other: NormalizedUsage): boolean =>
  one.units.input_tokens === other.units.input_tokens && one.units.output_tokens === other.units.output_tokens;

/**
 * The usage of all generations of a call. The choices of one answer repeat its usage, which counts once. Answers
 * without an id are taken for one answer where their usage is the same.
 */
function generationsUsage(
  generations: readonly Props[],
  streamed: StreamedAnswer | undefined,
  whole: NormalizedUsage | undefined,
  model: string | undefined,
): NormalizedUsage | undefined {
  const answers = new Map<string, NormalizedUsage>();
  const nameless: NormalizedUsage[] = [];
  for (const generation of generations) {
    const usage = generationUsage(generation, streamed, model);
    if (usage === undefined) continue;
    const id = answerId(generation);
    if (id === undefined) nameless.push(usage);
    else answers.set(id, mostExact([answers.get(id), usage]) ?? usage);
  }
  const [one] = nameless;
  const sum = [...answers.values(), ...nameless].reduce<NormalizedUsage | undefined>(addUsage, undefined);
  if (one === undefined || answers.size > 0 || sum === undefined) return sum;
  if (whole !== undefined && isSame(whole, sum)) return sum;
  return nameless.every((usage) => isSame(usage, one)) ? one : sum;
}

/** A call as LangChain reports it. */
export interface ReportedCall {
  readonly result: Props;
  readonly generations: readonly Props[];
  readonly streamed: StreamedAnswer | undefined;
  /** Usage that a traced client received below. */
  readonly observed: NormalizedUsage | undefined;
  /** The model that answered, or the one that was asked for. */
  readonly model?: string | undefined;
}

/** Reads the usage of an answer: the most exact of all reports on it. */
export function readUsage(call: ReportedCall): NormalizedUsage | undefined {
  const { result, generations, streamed, observed, model } = call;
  const { llmOutput } = result;
  const whole = hasKeys(props(llmOutput)) ? normalizeUsage({ llmOutput }, { model }) : undefined;
  const usage = mostExact([observed, generationsUsage(generations, streamed, whole, model), whole]);
  return usage === undefined || !isBillable(usage) ? undefined : usage;
}

/** The usage that was reported before a stream broke off. */
export function readPartialUsage(
  streamed: StreamedAnswer | undefined,
  observed: NormalizedUsage | undefined,
): NormalizedUsage | undefined {
  const start = streamed?.provider === 'anthropic' ? anthropicStart(streamed) : streamed?.firstUsage;
  const last = streamed?.lastUsage === streamed?.firstUsage ? start : streamed?.lastUsage;
  const copy = [last, start]
    .map((report) => normalizeUsage(report))
    .find((report) => (report?.units.input_tokens ?? 0) > 0);
  const kept = mostExact([streamed?.raw?.readPart(true), copy]);
  const usage = mostExact([observed, kept === undefined ? undefined : { ...kept, issue: 'incomplete' }]);
  return usage === undefined || !isBillable(usage) ? undefined : usage;
}
