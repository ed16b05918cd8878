/** Tokens of one model call. Corrects what LangChain's clients count wrong, and marks it in `spanline.usage.issue`. */

import {
  type Props,
  props,
  type NormalizedUsage,
  normalizeUsage,
  number,
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

/** Usage with at least one token. */
function counted(candidate: unknown): NormalizedUsage | undefined {
  const usage = normalizeUsage(candidate);
  const { input_tokens: input = 0, output_tokens: output = 0 } = usage?.units ?? {};
  return input > 0 || output > 0 ? usage : undefined;
}

/** Older clients leave cached tokens out of the input or do not report them; the provider's own usage has them. */
function isMoreExact(raw: NormalizedUsage | undefined, { units }: NormalizedUsage): raw is NormalizedUsage {
  if (raw === undefined || raw.issue !== undefined || raw.units.output_tokens !== units.output_tokens) return false;
  const { cache_read_tokens: read = 0, cache_write_tokens: written = 0, input_tokens: input = 0 } = raw.units;
  return read + written > 0 && input > (units.input_tokens ?? 0);
}

/**
 * Reads the tokens of an answer from the first place that has them: the message, its metadata, the result's
 * `llmOutput`.
 */
export function readUsage(
  result: Props,
  generation: Props,
  streamed: StreamedAnswer | undefined,
): NormalizedUsage | undefined {
  const message = props(generation['message']);
  const metadata = props(message['response_metadata']);
  const { usage, issue } = correct(props(message['usage_metadata']), generation, metadata, streamed);
  const raw = counted(first(metadata['usage'], props(metadata['metadata'])['usage']));
  const found = counted(usage);
  if (found === undefined) {
    const others = [
      metadata['usageMetadata'],
      metadata['tokenUsage'],
      result['llmOutput'],
      generation['generationInfo'],
    ];
    return raw ?? others.map(counted).find((other) => other !== undefined);
  }
  if (isMoreExact(raw, found)) return raw;
  return issue === undefined || found.issue !== undefined ? found : { ...found, issue };
}

/** The tokens reported before a stream broke off. */
export function readPartialUsage(streamed: StreamedAnswer): NormalizedUsage | undefined {
  const start = streamed.provider === 'anthropic' ? anthropicStart(streamed) : streamed.firstUsage;
  const last = streamed.lastUsage === streamed.firstUsage ? start : streamed.lastUsage;
  const found = [last, start]
    .map((report) => normalizeUsage(report))
    .find((report) => (report?.units.input_tokens ?? 0) > 0);
  return found === undefined ? undefined : { ...found, issue: 'incomplete' };
}
