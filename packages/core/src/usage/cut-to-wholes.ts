/** No part of a count is larger than its whole. */
import type { BilledUnit, BilledUnits } from '@spanline/record';

/** Each part and the whole that it cannot exceed. */
const WITHIN: ReadonlyMap<string, BilledUnit> = new Map<BilledUnit, BilledUnit>([
  ['cache_read_tokens', 'input_tokens'],
  ['input_tool_tokens', 'input_tokens'],
  ['input_text_tokens', 'input_tokens'],
  ['input_audio_tokens', 'input_tokens'],
  ['input_image_tokens', 'input_tokens'],
  ['input_video_tokens', 'input_tokens'],
  ['cache_text_read_tokens', 'cache_read_tokens'],
  ['cache_audio_read_tokens', 'cache_read_tokens'],
  ['cache_image_read_tokens', 'cache_read_tokens'],
  ['cache_video_read_tokens', 'cache_read_tokens'],
  ['output_reasoning_tokens', 'output_tokens'],
  ['output_citation_tokens', 'output_tokens'],
  ['output_text_tokens', 'output_tokens'],
  ['output_audio_tokens', 'output_tokens'],
  ['output_image_tokens', 'output_tokens'],
  ['output_video_tokens', 'output_tokens'],
]);

/** Writes to the cache by their time to live, the longest first. Together they are not more than all writes. */
export const WRITES = [
  'cache_write_12h_tokens',
  'cache_write_1h_tokens',
  'cache_write_30m_tokens',
  'cache_write_5m_tokens',
] as const satisfies readonly BilledUnit[];

/** Cuts a part that is larger than its whole. */
function limit(units: BilledUnits, part: BilledUnit, most: number | undefined): boolean {
  const count = units[part];
  if (count === undefined || most === undefined || count <= most) return false;
  units[part] = Math.max(0, most);
  return true;
}

/** Cuts parts that are larger than their wholes, which stand before them. */
export function cutToWholes(units: BilledUnits): boolean {
  let isCut = false;
  for (const part in units) {
    const whole = WITHIN.get(part);
    if (whole !== undefined && limit(units, part as BilledUnit, units[whole])) isCut = true;
  }
  const { input_tokens: input } = units;
  if (units.cache_write_tokens === undefined) return isCut;
  if (input !== undefined && limit(units, 'cache_write_tokens', input - (units.cache_read_tokens ?? 0))) isCut = true;
  let writes = units.cache_write_tokens;
  for (const unit of WRITES) {
    if (limit(units, unit, writes)) isCut = true;
    writes -= units[unit] ?? 0;
  }
  return isCut;
}
