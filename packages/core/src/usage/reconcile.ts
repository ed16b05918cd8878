/** Decides how counts add up: which of them are part of the input and the output, and which stand beside. */
import type { BilledUnit, BilledUnits } from '@spanline/record';
import type { Reading } from './spellings.ts';

/** A problem of a provider's numbers; of low cardinality. */
export type UsageIssue =
  /** A part was larger than its whole and was reduced to it. */
  | 'details_exceed_total'
  /** The total shows that the input did not include cached tokens. They were added to it. */
  | 'cache_added'
  /** The total shows that the output did not include reasoning tokens. They were added to it. */
  | 'reasoning_added'
  /** Input and output do not add up to the total. Input and output were kept. */
  | 'total_mismatch'
  /**
   * A framework added up counts that the provider repeats on each chunk of a stream. The provider's own counts were
   * restored.
   */
  | 'chunks_added'
  /** The answer ended early. These are the tokens reported until then. */
  | 'incomplete';

type Readings = Readonly<{ [reading in Reading]?: number }>;

/** Counts as units, and the issue that was found in them. */
export interface Reconciled {
  readonly units: BilledUnits;
  readonly issue: UsageIssue | undefined;
}

/** A count that may stand beside the whole that it belongs to. */
interface Part {
  readonly of: 'input' | 'output';
  readonly amount: number;
  /** By its spelling it stands beside. */
  readonly isBeside: boolean;
  readonly issue: UsageIssue;
}

/** Adds the parts that stand beside, as bits of `chosen`. */
function sums(input: number, output: number, parts: readonly Part[], chosen: number): readonly [number, number] {
  let [wholeInput, wholeOutput] = [input, output];
  parts.forEach(({ of, amount }, bit) => {
    if ((chosen & (1 << bit)) === 0) return;
    if (of === 'input') wholeInput += amount;
    else wholeOutput += amount;
  });
  return [wholeInput, wholeOutput];
}

function changes(one: number, other: number): number {
  let bits = 0;
  for (let rest = one ^ other; rest !== 0; rest >>= 1) bits += rest & 1;
  return bits;
}

/** A part inside of a whole is not larger than it. */
function fits(input: number, output: number, parts: readonly Part[], chosen: number): boolean {
  return parts.every(
    ({ of, amount }, bit) => (chosen & (1 << bit)) !== 0 || amount <= (of === 'input' ? input : output),
  );
}

/** The reading that adds up to the total with the fewest changes to what the spelling says. */
function byTotal(
  total: number,
  input: number,
  output: number,
  parts: readonly Part[],
  spelled: number,
): number | undefined {
  let best: number | undefined;
  for (let chosen = 0; chosen < 1 << parts.length; chosen++) {
    const [wholeInput, wholeOutput] = sums(input, output, parts, chosen);
    if (wholeInput + wholeOutput !== total || !fits(input, output, parts, chosen)) continue;
    if (best === undefined || changes(chosen, spelled) < changes(best, spelled)) best = chosen;
  }
  return best;
}

const larger = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b);

const sum = (a: number | undefined, b: number | undefined): number | undefined => (a === undefined ? b : a + (b ?? 0));

/** The input, and whether its name says that it includes cached tokens. */
interface Input {
  readonly input: number | undefined;
  readonly isInclusive: boolean;
}

/**
 * Proxies write the input by OpenAI's name, by Anthropic's, or by both. Where the two differ by the cached tokens, the
 * larger one includes them. Else the one counts that the total proves.
 *
 * @param proven - the input that the total leaves
 */
function inputOf({ prompt_tokens: prompt, input_tokens: other }: Readings, cached: number, proven?: number): Input {
  if (prompt === undefined || (prompt === 0 && other !== undefined)) {
    return { input: other ?? prompt, isInclusive: false };
  }
  if (other === undefined || other === 0 || other === prompt) return { input: prompt, isInclusive: true };
  if (Math.abs(prompt - other) === cached) return { input: Math.max(prompt, other), isInclusive: true };
  return { input: other === proven ? other : prompt, isInclusive: true };
}

/** Modalities other than text. Text is what is left, and is written only beside another one. */
const MODAL_PARTS: readonly (readonly [text: BilledUnit, others: readonly BilledUnit[]])[] = [
  ['input_text_tokens', ['input_audio_tokens', 'input_image_tokens', 'input_video_tokens']],
  ['output_text_tokens', ['output_audio_tokens', 'output_image_tokens', 'output_video_tokens']],
  ['cache_text_read_tokens', ['cache_audio_read_tokens', 'cache_image_read_tokens', 'cache_video_read_tokens']],
];

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
const WRITES = [
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
function cut(units: BilledUnits): boolean {
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

/** Readings that the code below turns into units. All others but {@link DOCUMENTS} are units. */
const CONSUMED: ReadonlySet<string> = new Set<Reading>([
  'prompt_tokens',
  'completion_tokens',
  'input_tokens',
  'output_tokens',
  'total',
  'cache_read_tokens',
  'cache_write_tokens',
  'cache_read_beside',
  'cache_write_beside',
  'image_beside',
  'reasoning_beside',
  'output_reasoning_tokens',
  'cost_usd',
  'cost_ticks',
  'upstream_cost_usd',
]);

/** Models that read only. Voyage reports nothing but the total of what they read. */
const EMBEDS = /embed|rerank|^voyage/i;

/** A total without the input or the output. */
function loneTotal(readings: Readings): number | undefined {
  const hasSide =
    readings.prompt_tokens !== undefined ||
    readings.input_tokens !== undefined ||
    readings.completion_tokens !== undefined ||
    readings.output_tokens !== undefined ||
    readings.reasoning_beside !== undefined;
  return hasSide ? undefined : readings.total;
}

/** The catalogue prices documents as images. */
const DOCUMENTS: ReadonlySet<string> = new Set<Reading>(['input_document_tokens', 'output_document_tokens']);

/** Copies the units that no total decides about. */
function copyOthers(units: BilledUnits, readings: Readings): void {
  let hasOthers = false;
  for (const reading in readings) {
    if (CONSUMED.has(reading)) continue;
    hasOthers = true;
    if (!DOCUMENTS.has(reading)) units[reading as BilledUnit] = readings[reading as Reading];
  }
  if (!hasOthers) return;
  const { input_document_tokens: documentsIn, output_document_tokens: documentsOut } = readings;
  if (documentsIn !== undefined) units.input_image_tokens = documentsIn + (units.input_image_tokens ?? 0);
  if (documentsOut !== undefined) units.output_image_tokens = documentsOut + (units.output_image_tokens ?? 0);
  for (const [text, others] of MODAL_PARTS) {
    if (units[text] !== undefined && others.every((other) => (units[other] ?? 0) === 0)) delete units[text];
  }
  for (const unit of WRITES) if (units[unit] === 0) delete units[unit];
  if (units.input_audio_seconds !== undefined) units.audio_seconds ??= units.input_audio_seconds;
}

function setUnits(units: BilledUnits, counts: BilledUnits): void {
  for (const key in counts) {
    const unit = key as BilledUnit;
    if (counts[unit] !== undefined) units[unit] = counts[unit];
  }
}

/**
 * Puts counts together. The spelling of a key says whether it is part of another count; a total that proves otherwise
 * wins, since proxies mix the keys of providers.
 *
 * @param hidesThoughts - the total of this model holds thoughts that no key counts
 * @param model - the total of a model of embeddings is its input
 */
export function reconcile(given: Readings, hidesThoughts: boolean, model = ''): Reconciled {
  const alone = loneTotal(given);
  const readings: Readings = alone === undefined ? given : { ...given, input_tokens: alone };
  const { completion_tokens: completion } = readings;
  let output = larger(readings.output_tokens, completion);
  const { cache_read_beside: readBeside, cache_write_beside: writeBeside, reasoning_beside: thoughts } = readings;
  const { image_beside: images } = readings;
  const read = larger(readings.cache_read_tokens, readBeside);
  let byTtl: number | undefined;
  for (const unit of WRITES) byTtl = sum(byTtl, readings[unit]);
  const write = larger(larger(readings.cache_write_tokens, writeBeside), byTtl);
  const reasoning = larger(readings.output_reasoning_tokens, thoughts);
  const cached = (read ?? 0) + (write ?? 0);
  const { input_tool_tokens: tool = 0, output_citation_tokens: citations } = readings;
  // Perplexity's total leaves out what it reads and thinks.
  const isPerplexity = citations !== undefined;
  const total = isPerplexity ? undefined : readings.total;
  if (output === undefined && thoughts !== undefined) output = 0;
  const { input, isInclusive } = inputOf(readings, cached, total === undefined ? undefined : total - (output ?? 0));

  const isSpelledBeside = readBeside !== undefined || writeBeside !== undefined;
  const parts: Part[] = [];
  const consider = (of: Part['of'], amount: number, isBeside: boolean, issue: UsageIssue): void => {
    if (amount > 0) parts.push({ of, amount, isBeside, issue });
  };
  consider('input', cached, isSpelledBeside && (!isInclusive || cached > (input ?? 0)), 'cache_added');
  consider('output', reasoning ?? 0, thoughts !== undefined || isPerplexity, 'reasoning_added');
  consider('input', tool, true, 'cache_added');
  consider('input', images ?? 0, true, 'cache_added');
  consider('output', citations ?? 0, true, 'reasoning_added');
  const spelled = parts.reduce((bits, { isBeside }, bit) => (isBeside ? bits | (1 << bit) : bits), 0);

  // Nobody knows how much of a total alone is output, which costs more.
  let issue: UsageIssue | undefined = alone !== undefined && !EMBEDS.test(model) ? 'total_mismatch' : undefined;
  let chosen = spelled;
  let [wholeInput, wholeOutput] = sums(input ?? 0, output ?? 0, parts, spelled);
  let found = reasoning;
  if (total !== undefined && input !== undefined && wholeInput + wholeOutput !== total) {
    const proven = byTotal(total, input, output ?? 0, parts, spelled);
    const gap = total - wholeInput - wholeOutput;
    if (proven !== undefined) {
      chosen = proven;
      [wholeInput, wholeOutput] = sums(input, output ?? 0, parts, chosen);
      issue = parts.find((_, bit) => ((chosen & ~spelled) >> bit) & 1)?.issue;
    } else if (total === input + (output ?? 0)) {
      // A part that is larger than its whole cannot be in it: the total leaves out what stands beside.
      issue = parts.find(({ isBeside }) => isBeside)?.issue;
    } else if (hidesThoughts && gap > 0 && output !== undefined && reasoning === undefined) {
      wholeOutput += gap;
      found = gap;
      issue = 'reasoning_added';
    } else {
      issue = 'total_mismatch';
    }
  }

  const units: BilledUnits = {};
  setUnits(units, {
    input_tokens: input === undefined && images === undefined ? undefined : wholeInput,
    input_image_tokens: images,
    output_tokens: output === undefined ? undefined : wholeOutput,
    cache_read_tokens: read,
    cache_write_tokens: write,
    output_reasoning_tokens: found,
  });
  copyOthers(units, readings);
  if (cut(units) && (issue === undefined || issue === 'total_mismatch')) issue = 'details_exceed_total';
  return { units, issue };
}
