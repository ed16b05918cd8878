/** Units that providers bill, in the vocabulary of the price catalogue `@pydantic/genai-prices`. */

import { lazy } from '../values/lazy.ts';

/**
 * Every unit: its key in the catalogue's prices, how many units such a price is for, and what the unit counts. A unit
 * is part of another one if it counts all that the other one counts, and more: `input_audio_tokens` is part of
 * `input_tokens`. The catalogue has no name for those with an empty key.
 */
export const UNITS = {
  audio_seconds: ['audio_hours', 3600, 'durations audio'],
  cache_audio_read_tokens: ['cache_audio_read_mtok', 1e6, 'tokens input audio cache_read'],
  cache_audio_write_1h_tokens: ['cache_audio_write_1h_mtok', 1e6, 'tokens input audio cache_write 1h'],
  cache_audio_write_5m_tokens: ['cache_audio_write_5m_mtok', 1e6, 'tokens input audio cache_write 5m'],
  cache_audio_write_tokens: ['cache_audio_write_mtok', 1e6, 'tokens input audio cache_write'],
  cache_image_read_tokens: ['cache_image_read_mtok', 1e6, 'tokens input image cache_read'],
  cache_image_write_1h_tokens: ['cache_image_write_1h_mtok', 1e6, 'tokens input image cache_write 1h'],
  cache_image_write_5m_tokens: ['cache_image_write_5m_mtok', 1e6, 'tokens input image cache_write 5m'],
  cache_image_write_tokens: ['cache_image_write_mtok', 1e6, 'tokens input image cache_write'],
  cache_read_tokens: ['cache_read_mtok', 1e6, 'tokens input cache_read'],
  cache_text_read_tokens: ['cache_text_read_mtok', 1e6, 'tokens input text cache_read'],
  cache_text_write_1h_tokens: ['cache_text_write_1h_mtok', 1e6, 'tokens input text cache_write 1h'],
  cache_text_write_5m_tokens: ['cache_text_write_5m_mtok', 1e6, 'tokens input text cache_write 5m'],
  cache_text_write_tokens: ['cache_text_write_mtok', 1e6, 'tokens input text cache_write'],
  cache_video_read_tokens: ['cache_video_read_mtok', 1e6, 'tokens input video cache_read'],
  cache_video_write_1h_tokens: ['cache_video_write_1h_mtok', 1e6, 'tokens input video cache_write 1h'],
  cache_video_write_5m_tokens: ['cache_video_write_5m_mtok', 1e6, 'tokens input video cache_write 5m'],
  cache_video_write_tokens: ['cache_video_write_mtok', 1e6, 'tokens input video cache_write'],
  cache_write_12h_tokens: ['', 1e6, 'tokens input cache_write 12h'],
  cache_write_1h_tokens: ['cache_write_1h_mtok', 1e6, 'tokens input cache_write 1h'],
  cache_write_30m_tokens: ['', 1e6, 'tokens input cache_write 30m'],
  cache_write_5m_tokens: ['cache_write_5m_mtok', 1e6, 'tokens input cache_write 5m'],
  cache_write_tokens: ['cache_write_mtok', 1e6, 'tokens input cache_write'],
  code_executions: ['code_executions_kcount', 1000, 'tool_calls code_execution'],
  input_annotated_document_pages: ['input_annotated_document_kpages', 1000, 'document_pages input annotated'],
  input_audio_seconds: ['input_audio_hours', 3600, 'durations input audio'],
  input_audio_tokens: ['input_audio_mtok', 1e6, 'tokens input audio'],
  input_audio_tool_tokens: ['input_audio_tool_mtok', 1e6, 'tokens input audio tool'],
  input_characters: ['input_mchars', 1e6, 'characters input'],
  input_document_pages: ['input_document_kpages', 1000, 'document_pages input'],
  input_image_tokens: ['input_image_mtok', 1e6, 'tokens input image'],
  input_image_tool_tokens: ['input_image_tool_mtok', 1e6, 'tokens input image tool'],
  input_pixels: ['input_gpixels', 1e9, 'pixels input'],
  input_text_messages: ['input_text_messages_kcount', 1000, 'messages input text'],
  input_text_tokens: ['input_text_mtok', 1e6, 'tokens input text'],
  input_text_tool_tokens: ['input_text_tool_mtok', 1e6, 'tokens input text tool'],
  input_tokens: ['input_mtok', 1e6, 'tokens input'],
  input_tool_tokens: ['input_tool_mtok', 1e6, 'tokens input tool'],
  input_video_tokens: ['input_video_mtok', 1e6, 'tokens input video'],
  input_video_tool_tokens: ['input_video_tool_mtok', 1e6, 'tokens input video tool'],
  output_audio_citation_tokens: ['output_audio_citation_mtok', 1e6, 'tokens output audio citation'],
  output_audio_reasoning_tokens: ['output_audio_reasoning_mtok', 1e6, 'tokens output audio reasoning'],
  output_audio_seconds: ['output_audio_hours', 3600, 'durations output audio'],
  output_audio_tokens: ['output_audio_mtok', 1e6, 'tokens output audio'],
  output_citation_tokens: ['output_citation_mtok', 1e6, 'tokens output citation'],
  output_image_citation_tokens: ['output_image_citation_mtok', 1e6, 'tokens output image citation'],
  output_image_reasoning_tokens: ['output_image_reasoning_mtok', 1e6, 'tokens output image reasoning'],
  output_image_tokens: ['output_image_mtok', 1e6, 'tokens output image'],
  output_reasoning_tokens: ['output_reasoning_mtok', 1e6, 'tokens output reasoning'],
  output_text_citation_tokens: ['output_text_citation_mtok', 1e6, 'tokens output text citation'],
  output_text_reasoning_tokens: ['output_text_reasoning_mtok', 1e6, 'tokens output text reasoning'],
  output_text_tokens: ['output_text_mtok', 1e6, 'tokens output text'],
  output_tokens: ['output_mtok', 1e6, 'tokens output'],
  output_video_citation_tokens: ['output_video_citation_mtok', 1e6, 'tokens output video citation'],
  output_video_reasoning_tokens: ['output_video_reasoning_mtok', 1e6, 'tokens output video reasoning'],
  output_video_tokens: ['output_video_mtok', 1e6, 'tokens output video'],
  requests: ['requests_kcount', 1000, 'requests'],
  rerank_searches: ['rerank_searches_kcount', 1000, 'rerank'],
  social_searches: ['social_searches_kcount', 1000, 'tool_calls social_search'],
  storage_searches: ['storage_searches_kcount', 1000, 'tool_calls storage_search'],
  web_searches: ['web_searches_kcount', 1000, 'tool_calls web_search'],
  image_generations: ['', 1, 'tool_calls image_generation'],
  input_images: ['', 1, 'images input'],
  search_sources: ['', 1000, 'tool_calls search_source'],
} as const satisfies Readonly<Record<string, readonly [priceKey: string, per: number, counts: string]>>;

/** A unit that providers bill. */
export type BilledUnit = keyof typeof UNITS;

/** Quantities by unit. Parts are included in their whole: cached tokens in the input, reasoning in the output. */
export type BilledUnits = { [Unit in BilledUnit]?: number | undefined };

/** Units that have a name in OpenTelemetry's GenAI conventions. */
const CONVENTIONS = {
  input_tokens: 'gen_ai.usage.input_tokens',
  output_tokens: 'gen_ai.usage.output_tokens',
  cache_read_tokens: 'gen_ai.usage.cache_read.input_tokens',
  cache_write_tokens: 'gen_ai.usage.cache_write.input_tokens',
  output_reasoning_tokens: 'gen_ai.usage.reasoning.output_tokens',
  input_audio_tokens: 'gen_ai.usage.audio.input_tokens',
  output_audio_tokens: 'gen_ai.usage.audio.output_tokens',
} as const satisfies Partial<Record<BilledUnit, string>>;

/** The attribute of a unit that has no name in the conventions. */
export type OtherUnitKey = `spanline.usage.${Exclude<BilledUnit, keyof typeof CONVENTIONS>}`;

/** The attribute that holds a unit. */
export type UnitKey = (typeof CONVENTIONS)[keyof typeof CONVENTIONS] | OtherUnitKey;

/** Every unit. */
export const BILLED_UNITS: readonly BilledUnit[] = Object.keys(UNITS) as BilledUnit[];

/** True if the unit has a name in the conventions. Its 0 is written; of the others only what was used. */
export function isConventionUnit(unit: BilledUnit): boolean {
  return Object.hasOwn(CONVENTIONS, unit);
}

/** The attribute of each unit. */
export const UNIT_KEYS: Readonly<Record<BilledUnit, UnitKey>> = Object.fromEntries(
  BILLED_UNITS.map((unit) => [
    unit,
    isConventionUnit(unit) ? CONVENTIONS[unit as keyof typeof CONVENTIONS] : `spanline.usage.${unit}`,
  ]),
) as Record<BilledUnit, UnitKey>;

const UNIT_OF_KEY: ReadonlyMap<string, BilledUnit> = new Map(BILLED_UNITS.map((unit) => [UNIT_KEYS[unit], unit]));

/** The unit that an attribute holds. `undefined` for an attribute that is no quantity. */
export function unitOfKey(key: string): BilledUnit | undefined {
  return UNIT_OF_KEY.get(key);
}

const COUNTS = lazy(
  (): ReadonlyMap<BilledUnit, ReadonlySet<string>> =>
    new Map(BILLED_UNITS.map((unit) => [unit, new Set(UNITS[unit][2].split(' '))])),
);

/** True if a unit is part of another one: it counts all that the other one counts, and more. */
export function isPartOf(part: BilledUnit, whole: BilledUnit): boolean {
  const [a, b] = [COUNTS().get(part), COUNTS().get(whole)];
  return a !== undefined && b !== undefined && a.size > b.size && [...b].every((word) => a.has(word));
}

/** How much a unit says of what it counts. A part says more than its whole. */
export function detailOf(unit: BilledUnit): number {
  return COUNTS().get(unit)?.size ?? 0;
}
