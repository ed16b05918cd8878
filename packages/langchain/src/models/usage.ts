/** Tokens of one model call. Corrects what LangChain's clients count wrong, and marks it in `spanline.usage.issue`. */

import {
  addUsage,
  hasKeys,
  isBillable,
  isObject,
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
import { blocksUsage, lostModalities, lostSearches, usedGoogleTools } from './dropped-counts.ts';
import type { StreamedAnswer } from './streamed-answer.ts';

/** LangChain's `usage_metadata`, corrected. */
interface Counted {
  readonly usage: Props;
  readonly issue?: UsageIssue;
  /** Counts of the provider that cannot be separated. */
  readonly unknown?: readonly string[];
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

/** Thoughts, and what tools put into the prompt. */
const TOOL_PROMPT: readonly string[] = ['thoughtsTokenCount', 'toolUsePromptTokenCount'];

/**
 * Google counts thoughts apart from the answer and bills them as output. LangChain adds them to the total only, and so
 * it does with what Google's tools put into the prompt, which is input.
 */
function withThoughts(counted: Counted, generation: Props): Counted {
  const { usage } = counted;
  const input = number(usage['input_tokens']) ?? 0;
  const output = number(usage['output_tokens']) ?? 0;
  const thoughts = (number(usage['total_tokens']) ?? 0) - input - output;
  const details = props(usage['output_token_details']);
  if (thoughts <= 0 || number(details['reasoning']) !== undefined) return counted;
  if (usedGoogleTools(generation)) return { usage: { ...usage, total_tokens: undefined }, unknown: TOOL_PROMPT };
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
  return withThoughts(isDelta ? withoutRepeatedCache(usage, streamed) : { usage }, generation);
}

/** LangChain's copy. Its clients fill it with 0 where the provider counts nothing. */
function counted({ usage, issue, unknown }: Counted, model: string | undefined): NormalizedUsage | undefined {
  const found = normalizeUsage(usage, { model });
  const { input_tokens: input = 0, output_tokens: output = 0 } = found?.units ?? {};
  if (found === undefined || (input === 0 && output === 0)) return undefined;
  if (unknown !== undefined) return { ...found, unknown };
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

/** A call as LangChain reports it. */
export interface ReportedCall {
  readonly result: Props;
  readonly generations: readonly Props[];
  readonly streamed: StreamedAnswer | undefined;
  /** Usage that a traced client received below. */
  readonly observed: NormalizedUsage | undefined;
  /** The model that answered, or the one that was asked for. */
  readonly model?: string | undefined;
  /** Sound was sent to Google. */
  readonly hasSound?: boolean | undefined;
}

/** The most exact report on one generation. The provider's own is in one of the places that clients keep it in. */
function generationUsage(generation: Props, { streamed, hasSound, model }: ReportedCall): NormalizedUsage | undefined {
  const message = props(generation['message']);
  const kwargs = props(message['additional_kwargs']);
  const metadata = props(message['response_metadata']);
  const info = props(generation['generationInfo']);
  const counts = message['usage_metadata'];
  const tellsNothing = !isObject(counts) && !hasKeys(metadata) && !hasKeys(kwargs) && !hasKeys(info);
  if (tellsNothing && !isMerged(message, streamed)) return undefined;
  const copy = isObject(counts) ? counted(correct(props(counts), generation, metadata, streamed), model) : undefined;
  const [raw, copies] = hasKeys(metadata) ? splitMetadata(metadata) : [metadata, metadata];
  const kept =
    hasKeys(raw) || hasKeys(kwargs)
      ? partOfUsage({ response_metadata: raw, additional_kwargs: kwargs }, { model })
      : undefined;
  const others = [copies, info].map((place) =>
    hasKeys(place) ? partOfUsage({ response_metadata: place }, { model }) : undefined,
  );
  const sound = hasSound === true ? lostModalities([copy, kept]) : undefined;
  return isMerged(message, streamed)
    ? mostExact([
        blocksUsage(message, streamed?.provider),
        lostSearches(metadata, streamed?.isEvents),
        sound,
        streamed?.raw?.readPart(false),
        copy,
        kept,
        ...others,
      ])
    : mostExact([sound, kept, copy, ...others]);
}

/** The id of the answer that a generation is a choice of. */
function answerId(generation: Props): string | undefined {
  const message = props(generation['message']);
  const metadata = props(message['response_metadata']);
  const id = text(metadata['id'] ?? metadata['responseId'] ?? message['id']);
  return id === undefined || /^(?:run-|lc_run)/.test(id) ? undefined : id;
}

const isSame = (one: NormalizedUsage, other: NormalizedUsage): boolean =>
  one.units.input_tokens === other.units.input_tokens && one.units.output_tokens === other.units.output_tokens;

/**
 * The usage of all generations of a call. The choices of one answer repeat its usage, which counts once. Answers
 * without an id are taken for one answer where their usage is the same.
 */
function generationsUsage(call: ReportedCall, whole: NormalizedUsage | undefined): NormalizedUsage | undefined {
  const [only] = call.generations;
  if (only !== undefined && call.generations.length === 1) return generationUsage(only, call);
  const answers = new Map<string, NormalizedUsage>();
  const nameless: NormalizedUsage[] = [];
  for (const generation of call.generations) {
    const usage = generationUsage(generation, call);
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

/** Reads the usage of an answer: the most exact of all reports on it. */
export function readUsage(call: ReportedCall): NormalizedUsage | undefined {
  const { result, observed, model } = call;
  const { llmOutput } = result;
  const whole = hasKeys(props(llmOutput)) ? normalizeUsage({ llmOutput }, { model }) : undefined;
  const usage = mostExact([observed, generationsUsage(call, whole), whole]);
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
