import { type NormalizedUsage, normalizeUsage, type UsageIssue } from '@spanline/core/source';
import { type Bag, bag, number } from './bag.ts';
import type { StreamedTokens } from './tokens.ts';

/** LangChain's `usage_metadata`, and what was wrong with it. */
interface Counted {
  readonly usage: Bag;
  readonly issue?: UsageIssue;
}

/**
 * Anthropic counts its output up: 1 with the first event, 20 with the last means 20. `@langchain/anthropic` adds the two; the last one is right.
 */
function withoutFirstCount(usage: Bag, { firstUsage, lastUsage }: StreamedTokens): Counted {
  const first = number(firstUsage?.['output_tokens']) ?? 0;
  const last = number(lastUsage?.['output_tokens']) ?? 0;
  const output = number(usage['output_tokens']) ?? 0;
  const isDelta = (number(lastUsage?.['input_tokens']) ?? 0) === 0;
  const right = isDelta ? last : last - first;
  if (firstUsage === lastUsage || first === 0 || right < 0 || output !== right + first) return { usage };
  const total = (number(usage['input_tokens']) ?? 0) + right;
  return { usage: { ...usage, output_tokens: right, total_tokens: total }, issue: 'chunks_added' };
}

/** Google repeats the cached tokens of the prompt on every chunk; `@langchain/google-genai` adds them up. */
function withoutRepeatedCache(usage: Bag, { chunks }: StreamedTokens): Counted {
  const details = bag(usage['input_token_details']);
  const sum = number(details['cache_read']) ?? 0;
  if (chunks < 2 || sum === 0 || sum % chunks !== 0) return { usage };
  const restored = { ...details, cache_read: sum / chunks };
  return { usage: { ...usage, input_token_details: restored }, issue: 'chunks_added' };
}

/** Google counts thoughts beside the answer; LangChain leaves them out of the output, not of the total. They are billed as output. */
function withThoughts(counted: Counted): Counted {
  const { usage } = counted;
  const input = number(usage['input_tokens']) ?? 0;
  const output = number(usage['output_tokens']) ?? 0;
  const thoughts = (number(usage['total_tokens']) ?? 0) - input - output;
  const details = bag(usage['output_token_details']);
  if (thoughts <= 0 || number(details['reasoning']) !== undefined) return counted;
  const restored = { ...details, reasoning: thoughts };
  return {
    usage: { ...usage, output_tokens: output + thoughts, output_token_details: restored },
    issue: 'reasoning_added',
  };
}

/** Google's finish reasons are words in capitals; its messages say whose they are only when streamed. */
function isGoogle(provider: unknown, generation: Bag): boolean {
  const reason = bag(generation['generationInfo'])['finishReason'];
  return String(provider).startsWith('google') || (typeof reason === 'string' && /^[A-Z_]+$/.test(reason));
}

function correct(usage: Bag, generation: Bag, metadata: Bag, streamed: StreamedTokens | undefined): Counted {
  const provider = metadata['model_provider'] ?? streamed?.provider;
  if (provider === 'anthropic' && streamed !== undefined) return withoutFirstCount(usage, streamed);
  if (!isGoogle(provider, generation)) return { usage };
  const isDelta = provider === 'google-genai' && streamed?.lastUsage === undefined && streamed !== undefined;
  return withThoughts(isDelta ? withoutRepeatedCache(usage, streamed) : { usage });
}

function isCounted({ inputTokens = 0, outputTokens = 0 }: NormalizedUsage): boolean {
  return inputTokens > 0 || outputTokens > 0;
}

/**
 * Tokens of one answer, from the most exact place that has them: the message, its metadata, the result's `llmOutput`. Sums that LangChain's clients get wrong
 * are put right and marked.
 */
export function readUsage(
  result: Bag,
  generation: Bag,
  streamed: StreamedTokens | undefined,
): NormalizedUsage | undefined {
  const message = bag(generation['message']);
  const metadata = bag(message['response_metadata']);
  const { usage, issue } = correct(bag(message['usage_metadata']), generation, metadata, streamed);
  const candidates = [
    usage,
    metadata['usageMetadata'],
    metadata['usage'],
    bag(metadata['metadata'])['usage'],
    metadata['tokenUsage'],
    result['llmOutput'],
    generation['generationInfo'],
  ];
  for (const candidate of candidates) {
    const found = normalizeUsage(candidate);
    if (found === undefined || !isCounted(found)) continue;
    if (candidate === usage && issue !== undefined) found.issue ??= issue;
    return found;
  }
  return undefined;
}

/** The tokens that had been reported when a stream broke off. */
export function readPartialUsage({ firstUsage, lastUsage }: StreamedTokens): NormalizedUsage | undefined {
  const reports = [lastUsage, firstUsage].map(normalizeUsage);
  const found = reports.find((report) => (report?.inputTokens ?? 0) > 0);
  return found === undefined ? undefined : { ...found, issue: 'incomplete' };
}
