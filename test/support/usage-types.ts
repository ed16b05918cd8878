/** The usage objects that the SDKs of providers and frameworks declare, and how each number in them is read. */
import { normalizeUsage, usageAttributes } from '@spanline/instrumentation';
import { declaredNumbers } from './declared-numbers.ts';

const OPENAI = 'openai/resources';
const ANTHROPIC = '@anthropic-ai/sdk/resources';
const GOOGLE = '@google/genai/dist/genai.d.ts';
const COHERE = 'cohere-ai/dist/api/types';

/** A type of a usage object that an SDK declares. */
export interface Declared {
  readonly sdk: string;
  readonly type: string;
  /** A key that is counted in such an object. */
  readonly base: string;
  /** Numbers that are part of other numbers, sums, times, or free. */
  readonly notBilled?: readonly string[];
}

const TOTAL = ['total_tokens'];

/** Every type of a usage object in the SDKs that applications use, and what in it is deliberately not billed. */
export const USAGE_TYPES: readonly Declared[] = [
  {
    sdk: `${OPENAI}/completions.d.ts`,
    type: 'CompletionUsage',
    base: 'prompt_tokens',
    notBilled: [
      'completion_tokens_details.accepted_prediction_tokens',
      'completion_tokens_details.rejected_prediction_tokens',
      ...TOTAL,
    ],
  },
  { sdk: `${OPENAI}/responses/responses.d.ts`, type: 'ResponseUsage', base: 'input_tokens', notBilled: TOTAL },
  { sdk: `${OPENAI}/beta/responses/responses.d.ts`, type: 'BetaResponseUsage', base: 'input_tokens', notBilled: TOTAL },
  { sdk: `${OPENAI}/images.d.ts`, type: 'ImagesResponse.Usage', base: 'input_tokens', notBilled: TOTAL },
  { sdk: `${OPENAI}/images.d.ts`, type: 'ImageEditCompletedEvent.Usage', base: 'input_tokens', notBilled: TOTAL },
  { sdk: `${OPENAI}/embeddings.d.ts`, type: 'CreateEmbeddingResponse.Usage', base: 'prompt_tokens', notBilled: TOTAL },
  { sdk: `${OPENAI}/audio/transcriptions.d.ts`, type: 'Transcription.Tokens', base: 'input_tokens', notBilled: TOTAL },
  { sdk: `${OPENAI}/audio/transcriptions.d.ts`, type: 'Transcription.Duration', base: 'seconds' },
  {
    sdk: `${OPENAI}/audio/transcriptions.d.ts`,
    type: 'TranscriptionDiarized.Tokens',
    base: 'input_tokens',
    notBilled: TOTAL,
  },
  {
    sdk: `${OPENAI}/audio/transcriptions.d.ts`,
    type: 'TranscriptionTextDoneEvent.Usage',
    base: 'input_tokens',
    notBilled: TOTAL,
  },
  { sdk: `${OPENAI}/images.d.ts`, type: 'ImageGenCompletedEvent.Usage', base: 'input_tokens', notBilled: TOTAL },
  { sdk: `${OPENAI}/realtime/realtime.d.ts`, type: 'RealtimeResponseUsage', base: 'input_tokens', notBilled: TOTAL },
  {
    sdk: `${OPENAI}/realtime/realtime.d.ts`,
    type: 'ConversationItemInputAudioTranscriptionCompletedEvent.TranscriptTextUsageTokens',
    base: 'input_tokens',
    notBilled: TOTAL,
  },
  { sdk: `${OPENAI}/batches.d.ts`, type: 'BatchUsage', base: 'input_tokens', notBilled: TOTAL },
  {
    sdk: `${ANTHROPIC}/messages/messages.d.ts`,
    type: 'Usage',
    base: 'input_tokens',
    notBilled: ['server_tool_use.web_fetch_requests'],
  },
  {
    sdk: `${ANTHROPIC}/messages/messages.d.ts`,
    type: 'MessageDeltaUsage',
    base: 'input_tokens',
    notBilled: ['server_tool_use.web_fetch_requests'],
  },
  {
    sdk: `${ANTHROPIC}/beta/messages/messages.d.ts`,
    type: 'BetaUsage',
    base: 'input_tokens',
    notBilled: ['server_tool_use.web_fetch_requests'],
  },
  {
    sdk: `${ANTHROPIC}/beta/messages/messages.d.ts`,
    type: 'BetaMessageDeltaUsage',
    base: 'input_tokens',
    notBilled: ['server_tool_use.web_fetch_requests'],
  },
  {
    sdk: GOOGLE,
    type: 'GenerateContentResponseUsageMetadata',
    base: 'promptTokenCount',
    notBilled: ['initialPromptTokenCount', 'totalTokenCount'],
  },
  {
    sdk: GOOGLE,
    type: 'Usage',
    base: 'total_input_tokens',
    notBilled: ['initial_input_tokens', 'total_tokens'],
  },
  { sdk: GOOGLE, type: 'UsageMetadata', base: 'promptTokenCount', notBilled: ['totalTokenCount'] },
  {
    sdk: '@aws-sdk/client-bedrock-runtime/dist-types/models/models_0.d.ts',
    type: 'TokenUsage',
    base: 'inputTokens',
    notBilled: ['totalTokens'],
  },
  {
    sdk: 'ollama/dist/index.d.ts',
    type: 'ChatResponse',
    base: 'eval_count',
    notBilled: ['eval_duration', 'load_duration', 'prompt_eval_duration', 'total_duration'],
  },
  {
    sdk: '@mistralai/mistralai/esm/models/components/usageinfo.d.ts',
    type: 'UsageInfo',
    base: 'promptTokens',
    notBilled: ['totalTokens'],
  },
  {
    sdk: '@mistralai/mistralai/esm/models/components/ocrusageinfo.d.ts',
    type: 'OCRUsageInfo',
    base: 'pagesProcessed',
    notBilled: ['docSizeBytes'],
  },
  // Cohere bills the billed units. What it read from its cache is billed like the rest.
  {
    sdk: `${COHERE}/Usage.d.ts`,
    type: 'Usage',
    base: 'billedUnits.inputTokens',
    notBilled: ['cachedTokens', 'tokens.inputTokens', 'tokens.outputTokens'],
  },
  {
    sdk: `${COHERE}/ApiMeta.d.ts`,
    type: 'ApiMeta',
    base: 'billedUnits.inputTokens',
    notBilled: ['cachedTokens', 'tokens.inputTokens', 'tokens.outputTokens'],
  },
  {
    sdk: 'groq-sdk/resources/completions.d.ts',
    type: 'CompletionUsage',
    base: 'prompt_tokens',
    notBilled: ['completion_time', 'prompt_time', 'queue_time', 'total_time', ...TOTAL],
  },
  {
    sdk: 'groq-sdk/resources/chat/completions.d.ts',
    type: 'ChatCompletion.XGroq.Usage',
    base: 'prompt_tokens',
    notBilled: ['dram_cached_tokens', 'sram_cached_tokens'],
  },
  { sdk: '@langchain/core/dist/messages/metadata.d.ts', type: 'UsageMetadata', base: 'input_tokens', notBilled: TOTAL },
  {
    sdk: 'ai/dist/index.d.ts',
    type: 'LanguageModelUsage',
    base: 'inputTokens',
    notBilled: ['inputTokenDetails.noCacheTokens', 'totalTokens'],
  },
  { sdk: 'ai/dist/index.d.ts', type: 'EmbeddingModelUsage', base: 'tokens' },
];

/** Numbers of an answer that are its content. */
const CONTENT = /^(?:embeddings|logprobs)/;
/** What is left of the whole; it is written only beside another modality. */
const TEXT = /\.text(?:_tokens|Tokens)?$/;
const MODALITIES = ['AUDIO', 'IMAGE', 'VIDEO', 'DOCUMENT'].map((modality) => ({ modality }));
/** Entries of lists by the name of the list. */
const ENTRIES: Readonly<Record<string, readonly object[]>> = {
  iterations: [{ type: 'compaction' }],
  cacheDetails: [{ ttl: '5m' }, { ttl: '1h' }],
  grounding_tool_count: [{ type: 'google_search' }],
};

/** An object that holds a number at a path, in each way in which a list may hold it. */
function holding(path: string, number: number): Record<string, unknown>[] {
  const [key = '', ...rest] = path.split('.');
  const inner = (): Record<string, unknown>[] => holding(rest.join('.'), number);
  if (rest.length === 0) return [{ [key.replaceAll('[]', '')]: number }];
  if (!key.endsWith('[]')) return inner().map((value) => ({ [key]: value }));
  const name = key.slice(0, -2);
  const entries = ENTRIES[name] ?? (/TokensDetails$|_by_modality$/.test(name) ? MODALITIES : [{}]);
  return entries.flatMap((entry) => inner().map((value) => ({ [name]: [{ ...entry, ...value }] })));
}

function merge(one: Record<string, unknown>, other: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const known = merged[key];
    const areObjects = [known, value].every(
      (part) => typeof part === 'object' && part !== null && !Array.isArray(part),
    );
    merged[key] = areObjects ? merge(known as Record<string, unknown>, value as Record<string, unknown>) : value;
  }
  return merged;
}

function readingOf(usage: Record<string, unknown>) {
  const found = normalizeUsage({ usage });
  const { 'spanline.usage.issue': _, ...attributes } = found === undefined ? {} : usageAttributes(found);
  return { attributes: attributes as Readonly<Record<string, unknown>>, unknown: found?.unknown };
}

function changedKeys(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => one[key] !== other[key]);
}

/** The keys of the line that the numbers of a type change, those that change nothing, and those that nobody knows. */
export function fateOf({ sdk, type, base }: Declared) {
  const ignored: string[] = [];
  const unknown: string[] = [];
  const keys = new Set<string>();
  const paths = declaredNumbers(`${import.meta.dirname}/../node_modules/${sdk}`, type).filter(
    (path) => !CONTENT.test(path),
  );
  const [only = {}] = holding(base, 1000);
  const without = readingOf(only);
  for (const path of paths) {
    for (const usage of holding(path, path === base ? 2000 : 7)) {
      const reading = readingOf(merge(only, usage));
      const changed = changedKeys(without.attributes, reading.attributes);
      for (const key of changed) keys.add(key);
      if (reading.unknown !== undefined) unknown.push(path);
      else if (changed.length === 0 && !TEXT.test(path)) ignored.push(path);
    }
  }
  return { paths, ignored: [...new Set(ignored)], unknown, keys: [...keys].toSorted() };
}
