/**
 * Tokens of a turn. The SDK counts them by model, as a sum since `query()` was called. The counts of single messages
 * are those of the start of an answer, and never whole.
 */

import { number, type NormalizedUsage, normalizeUsage, type Props, props, text } from '@spanline/instrumentation';

const COUNTS = [
  'inputTokens',
  'outputTokens',
  'thinkingTokens',
  'cacheReadInputTokens',
  'cacheCreationInputTokens',
  'cacheCreationEphemeral5mInputTokens',
  'cacheCreationEphemeral1hInputTokens',
  'webSearchRequests',
  'costUSD',
] as const;
type Counts = Partial<Record<(typeof COUNTS)[number], number>>;

const PROVIDERS: Readonly<Record<string, string>> = {
  bedrock: 'aws.bedrock',
  vertex: 'gcp.vertex_ai',
  foundry: 'azure.ai.inference',
};

/** The usage of one model in a turn. */
export interface ModelUsage {
  /** The name that the SDK counts under: `claude-opus-4-7[1m]`, `us.anthropic.claude-opus-4-7-v1:0`. */
  readonly model: string;
  /** Its name in the price table: `claude-opus-4-7`. */
  readonly canonical: string | undefined;
  readonly provider: string;
  readonly usage: NormalizedUsage;
  /** The estimate of the SDK, in US dollars; `undefined` where it is that of several turns. */
  readonly costUsd: number | undefined;
}

function countsOf(entry: Props): Counts {
  return Object.fromEntries(COUNTS.flatMap((key) => (number(entry[key]) === undefined ? [] : [[key, entry[key]]])));
}

/** The counts since an earlier result. A sum that has become smaller began anew, after `/clear`. */
function since(now: Counts, before: Counts | undefined): Counts {
  if (before === undefined || COUNTS.some((key) => (now[key] ?? 0) < (before[key] ?? 0))) return now;
  return Object.fromEntries(
    COUNTS.flatMap((key) => (now[key] === undefined ? [] : [[key, now[key] - (before[key] ?? 0)]])),
  );
}

function normalized(counts: Counts, provider: string, model: string): NormalizedUsage | undefined {
  if (!COUNTS.some((key) => (counts[key] ?? 0) > 0)) return undefined;
  return normalizeUsage(
    {
      input_tokens: counts.inputTokens,
      output_tokens: counts.outputTokens,
      output_tokens_details: { thinking_tokens: counts.thinkingTokens },
      cache_read_input_tokens: counts.cacheReadInputTokens,
      cache_creation_input_tokens: counts.cacheCreationInputTokens,
      cache_creation: {
        ephemeral_5m_input_tokens: counts.cacheCreationEphemeral5mInputTokens,
        ephemeral_1h_input_tokens: counts.cacheCreationEphemeral1hInputTokens,
      },
      server_tool_use: { web_search_requests: counts.webSearchRequests },
    },
    { provider, model },
  );
}

/** True for a result with counts by model. */
function isCounted(result: Props): boolean {
  return Object.keys(props(result['modelUsage'])).length > 0;
}

/** A name without the size of its context (`[1m]`) and its date. */
const bare = (model: string): string => model.replace(/\[\w+\]$/, '').replace(/-\d{8}$/, '');

/** True if a call of `called` is counted as `usage`. */
export function isUsageOf({ model, canonical }: ModelUsage, called: string): boolean {
  return called === model || bare(called) === bare(model) || bare(called) === canonical;
}

/** The sums of one `query()`. */
export class UsageSums {
  readonly #before = new Map<string, Counts>();
  #isFirst: boolean;

  /** @param isResumed - the first result also counts the turns of an earlier process */
  constructor(isResumed: boolean) {
    this.#isFirst = isResumed;
  }

  /** The usage of the turn that a result ends. */
  ofTurn(result: Props, mainModel: string | undefined): ModelUsage[] {
    const isAmbiguous = this.#isFirst;
    this.#isFirst = false;
    const found = Object.entries(props(result['modelUsage'])).flatMap(([model, value]) => {
      const entry = props(value);
      const counts = countsOf(entry);
      const provider = PROVIDERS[text(entry['provider']) ?? ''] ?? 'anthropic';
      const added = since(counts, this.#before.get(model));
      const usage = normalized(added, provider, model);
      this.#before.set(model, counts);
      const canonical = text(entry['canonicalModel']);
      return usage === undefined ? [] : [{ model, canonical, provider, usage, costUsd: added.costUSD }];
    });
    if (!isAmbiguous && isCounted(result)) return found;
    // Of a session that is resumed, only the count of the main loop is this turn's.
    const model = mainModel ?? found[0]?.model ?? 'unknown';
    const provider = found.find((entry) => entry.model === model)?.provider ?? 'anthropic';
    const counts = props(result['usage']);
    const isUsed = Object.values(counts).some((count) => (number(count) ?? 0) > 0);
    const usage = isUsed ? normalizeUsage(counts, { provider, model }) : undefined;
    return usage === undefined ? [] : [{ model, canonical: undefined, provider, usage, costUsd: undefined }];
  }
}
