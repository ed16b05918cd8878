/** Finds all reports on a call's usage in what a provider or a framework returned. */
import { isObject, props, text } from '@spanline/record';
import { BILLED_KEYS, ROLE, roleOf, rolesIn } from './key-roles.ts';
import { readUsage, type ReportKind, type UsageContext } from './read-usage.ts';
import { addUsage, isBillable, mostExact, type NormalizedUsage } from './report.ts';
import {
  ESTIMATED_WRAPPER,
  NAMES_OF_USAGE,
  PLACES,
  PROVIDER_ANSWERS,
  RAW_PLACES,
  STEPS,
  WRAPPERS,
} from './wrappers.ts';

type Raw = Record<string, unknown>;

const MAX_DEPTH = 4;
const MAX_STEPS = 1000;
/** The places of reports by their distance from what the provider wrote. */
const ORDER: ReadonlyMap<string, number> = new Map(PLACES.map((key, place) => [key, place]));
const ANSWER_PLACES: ReadonlySet<string> = new Set(RAW_PLACES.filter((key) => key !== 'raw'));
const WRAPPER_ORDER = ORDER.get(WRAPPERS[0] ?? '') ?? 0;

const NO_PLACES: readonly string[] = [];
const orderOf = (key: string): number => ORDER.get(key) ?? PLACES.length;
const isCloser = (place: string): boolean => orderOf(place) < WRAPPER_ORDER;

/**
 * The places of reports that an object has, closest to the provider first. It is asked for the keys that it has: to
 * look for one that it has not costs more.
 */
function placesIn(raw: Raw, roles: number): readonly string[] {
  if ((roles & ROLE.opaque) !== 0) return PLACES.filter((key) => isObject(raw[key]));
  if ((roles & ROLE.place) === 0) return NO_PLACES;
  if ((roles & ROLE.billed) !== 0 && BILLED_KEYS.some((key) => isObject(raw[key]))) return NO_PLACES;
  let found: string[] | undefined;
  for (const key in raw) if ((roleOf(key) & ROLE.place) !== 0 && isObject(raw[key])) (found ??= []).push(key);
  if (found === undefined) return NO_PLACES;
  return found.length < 2 ? found : found.sort((one, other) => orderOf(one) - orderOf(other));
}

/** The AI SDK makes a request for each step of a call. */
function sumOfSteps(steps: unknown, context: UsageContext): NormalizedUsage | undefined {
  if (!Array.isArray(steps) || steps.length > MAX_STEPS) return undefined;
  let sum: NormalizedUsage | undefined;
  for (const step of steps) {
    const usage = isObject(step) ? normalize(step as Raw, context) : undefined;
    if (usage === undefined || !isBillable(usage)) return undefined;
    sum = addUsage(sum, usage);
  }
  return sum;
}

class Reports {
  readonly found: NormalizedUsage[] = [];

  /** @param kind - `undefined` where its keys decide */
  collect(raw: Raw, context: UsageContext, depth: number, kind?: ReportKind, keepsUnknown = false): void {
    if (!ArrayBuffer.isView(raw)) this.collectBy(rolesIn(raw), raw, context, depth, kind, keepsUnknown);
  }

  /** @param roles - those of the keys of `raw` */
  collectBy(
    roles: number,
    raw: Raw,
    context: UsageContext,
    depth: number,
    kind?: ReportKind,
    keepsUnknown = false,
  ): void {
    if (roles === 0) return;
    // The model of the answer wins. A usage object has none.
    const isAnswer = (roles & ROLE.answer) !== 0;
    const mayName = isAnswer || (roles & ROLE.opaque) !== 0;
    const model = (mayName ? (text(raw['model']) ?? text(raw['modelVersion'])) : undefined) ?? context.model;
    const known = model === context.model ? context : { ...context, model };
    const places = depth === 0 ? NO_PLACES : placesIn(raw, roles);
    let next = 0;
    for (let place = places[next]; place !== undefined && isCloser(place); place = places[++next]) {
      this.#collectPlace(raw, place, known, depth - 1);
    }
    const own = readUsage(raw, known, kind ?? (isAnswer ? 'answer' : 'usage'), keepsUnknown, roles);
    if (own !== undefined) this.found.push(own);
    for (let place = places[next]; place !== undefined; place = places[++next]) {
      this.#collectPlace(raw, place, known, depth - 1);
    }
  }

  #collectPlace(raw: Raw, place: string, context: UsageContext, depth: number): void {
    const value = raw[place] as Raw;
    if (place === STEPS) {
      const sum = sumOfSteps(value, context);
      if (sum !== undefined) this.found.push(sum);
    } else if (place === PROVIDER_ANSWERS) {
      for (const answer of Object.values(value)) {
        if (isObject(answer)) this.collect(answer as Raw, context, depth, 'metadata');
      }
    } else if (place === ESTIMATED_WRAPPER) {
      const own = readUsage(value, context, 'usage');
      if (own !== undefined) this.found.push({ ...own, source: 'estimated' });
    } else {
      const known = ANSWER_PLACES.has(place) ? 'answer' : 'usage';
      this.collect(value, context, depth, place === 'raw' ? undefined : known, NAMES_OF_USAGE.has(place));
    }
  }
}

/**
 * The answer in one line of a batch's results. OpenAI and those who copy it put it into `response.body`, Anthropic into
 * `result.message`, Google into `response` (its API names the line with `key`, its cloud adds `processed_time`), Amazon
 * into `modelOutput`.
 */
function answerInBatch(raw: Raw): unknown {
  if (raw['custom_id'] !== undefined) return props(raw['response'])['body'] ?? props(raw['result'])['message'];
  if (raw['recordId'] !== undefined) return raw['modelOutput'];
  const { key, processed_time: time, response } = raw;
  return (key ?? time) !== undefined && isObject(props(response)['usageMetadata']) ? response : undefined;
}

function normalize(raw: Raw, context: UsageContext): NormalizedUsage | undefined {
  if (ArrayBuffer.isView(raw)) return undefined;
  const roles = rolesIn(raw);
  const batched = (roles & (ROLE.batch | ROLE.opaque)) === 0 ? undefined : answerInBatch(raw);
  if (isObject(batched)) {
    const usage = normalize(batched as Raw, context);
    return usage === undefined ? undefined : { ...usage, conditions: { ...usage.conditions, tier: 'batch' } };
  }
  const reports = new Reports();
  reports.collectBy(roles, raw, context, MAX_DEPTH);
  const { found } = reports;
  return found.length < 2 ? found[0] : mostExact(found);
}

/**
 * Reads a report as {@link normalizeUsage} does, for callers that have further reports on the same call: one without a
 * count may still have the tier, the region, or that something unknown was used. Never throws.
 */
export function partOfUsage(raw: unknown, context: UsageContext = {}): NormalizedUsage | undefined {
  if (!isObject(raw)) return undefined;
  try {
    return normalize(raw as Raw, context);
  } catch {
    return undefined;
  }
}

/**
 * Reads what a call used, from a usage object or from the whole answer around it, in the shape of any provider or
 * framework. A whole answer has more: its model, its service tier, its server tools. Of several reports in it the
 * most exact one counts. What is not reported stays absent; an explicit 0 stays 0. Never throws.
 *
 * @returns `undefined` when there is no count in it
 */
export function normalizeUsage(raw: unknown, context: UsageContext = {}): NormalizedUsage | undefined {
  const usage = partOfUsage(raw, context);
  return usage === undefined || !isBillable(usage) ? undefined : usage;
}
