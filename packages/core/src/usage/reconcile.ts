/** Decides how counts add up: which of them are part of the input and the output, and which stand beside. */
import type { BilledUnit, BilledUnits } from '@spanline/record';
import { cutToWholes, WRITES } from './cut-to-wholes.ts';
import { byTotal, type Part, sums } from './part-sums.ts';
import type { Reading } from './spelling.ts';
import type { UsageContext } from './usage-context.ts';
import type { UsageIssue } from './usage-issue.ts';

type Readings = Readonly<{ [reading in Reading]?: number }>;

/** Counts as units, and the issue that was found in them. */
export interface Reconciled {
  readonly units: BilledUnits;
  readonly issue: UsageIssue | undefined;
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

const INPUTS = [
  'input_audio_tokens',
  'input_image_tokens',
  'input_video_tokens',
] as const satisfies readonly BilledUnit[];

/**
 * Modalities other than text. Text is what is left, and is written only beside another one. Cached text shows that
 * nothing else of the input was cached.
 */
const MODAL_PARTS: readonly (readonly [text: BilledUnit, others: readonly BilledUnit[]])[] = [
  ['input_text_tokens', INPUTS],
  ['output_text_tokens', ['output_audio_tokens', 'output_image_tokens', 'output_video_tokens']],
  [
    'cache_text_read_tokens',
    ['cache_audio_read_tokens', 'cache_image_read_tokens', 'cache_video_read_tokens', ...INPUTS],
  ],
];

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

/** Gemini's total over OpenAI's API holds the thoughts, which no other key counts there. */
function hidesThoughts({ model, provider }: UsageContext): boolean {
  return (
    (model !== undefined && /(?:^|\/)gemini-/.test(model)) ||
    (provider !== undefined && /^gcp\.|^google/.test(provider))
  );
}

/** Adds a count that is a part of another one, or stands beside it. */
function consider(parts: Part[], of: Part['of'], amount: number, isBeside: boolean, issue: UsageIssue): void {
  if (amount > 0) parts.push({ of, amount, isBeside, issue });
}

/**
 * Puts counts together. The spelling of a key says whether it is part of another count; a total that proves otherwise
 * wins, since proxies mix the keys of providers.
 *
 * @param context - the total of a model of embeddings is its input, and that of some models holds thoughts that no key
 *   counts
 */
export function reconcile(given: Readings, context: UsageContext): Reconciled {
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
  // A total of 0 beside counts was not filled in.
  const isFilled =
    readings.total !== 0 || !((readings.input_tokens ?? readings.prompt_tokens ?? 0) > 0 || (output ?? 0) > 0);
  const total = isPerplexity || !isFilled ? undefined : readings.total;
  if (output === undefined && thoughts !== undefined) output = 0;
  const { input, isInclusive } = inputOf(readings, cached, total === undefined ? undefined : total - (output ?? 0));

  const isSpelledBeside = readBeside !== undefined || writeBeside !== undefined;
  const parts: Part[] = [];
  consider(parts, 'input', cached, isSpelledBeside && (!isInclusive || cached > (input ?? 0)), 'cache_added');
  consider(parts, 'output', reasoning ?? 0, thoughts !== undefined || isPerplexity, 'reasoning_added');
  consider(parts, 'input', tool, true, 'cache_added');
  consider(parts, 'input', images ?? 0, true, 'cache_added');
  consider(parts, 'output', citations ?? 0, true, 'reasoning_added');
  const spelled = parts.reduce((bits, { isBeside }, bit) => (isBeside ? bits | (1 << bit) : bits), 0);

  // Nobody knows how much of a total alone is output, which costs more.
  let issue: UsageIssue | undefined =
    alone !== undefined && !EMBEDS.test(context.model ?? '') ? 'total_mismatch' : undefined;
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
    } else if (gap > 0 && output !== undefined && reasoning === undefined && hidesThoughts(context)) {
      wholeOutput += gap;
      found = gap;
      issue = 'reasoning_added';
    } else if (gap < 0 || (readings.input_audio_seconds ?? 0) === 0) {
      // Mistral's total holds the tokens of sound that is billed by the second.
      issue = 'total_mismatch';
    }
  }

  const units: BilledUnits = {};
  if (input !== undefined || images !== undefined) units.input_tokens = wholeInput;
  if (images !== undefined) units.input_image_tokens = images;
  if (output !== undefined) units.output_tokens = wholeOutput;
  if (read !== undefined) units.cache_read_tokens = read;
  if (write !== undefined) units.cache_write_tokens = write;
  if (found !== undefined) units.output_reasoning_tokens = found;
  copyOthers(units, readings);
  if (cutToWholes(units) && (issue === undefined || issue === 'total_mismatch')) issue = 'details_exceed_total';
  return { units, issue };
}
