/** The rules of every option of `createTracer`, nested ones included. */

import { BILLED_UNITS, type Check, option, PROFILE_NAMES, type Shape } from '@spanline/record';
import {
  captureCheck,
  type Clock,
  type ContentOptions,
  DELTA_MODES,
  type LimitOptions,
  labelsCheck,
  loggerCheck,
  type ModelPrice,
  type PriceStep,
  type RedactOptions,
  type SamplingOptions,
  type ServiceOptions,
  type SteppedPrice,
  type TailOptions,
  type TokenPrice,
  type TokenPrices,
  type TracerOptions,
} from '../api/index.ts';
import { MAX_LABELS } from '../gate/index.ts';
import { HOST_OWNERS } from '../providers/index.ts';
import { REDACT_OPTIONS, redactPathsCheck } from '../redaction/index.ts';
import { isListed } from '../usage/index.ts';

const atLeast = (min: number): Check<number> => option.number({ min, integer: true });
const positive = option.number({ min: 0 });

const SERVICE: Shape<ServiceOptions> = {
  name: option.string(),
  version: option.string(),
  environment: option.string(),
};

const LIMITS: Shape<LimitOptions> = {
  lineBytes: atLeast(4096),
  fieldBytes: atLeast(128),
  arrayLength: atLeast(1),
  depth: atLeast(1),
  objectKeys: atLeast(1),
  labels: option.number({ min: 0, max: MAX_LABELS, integer: true }),
};

const TAIL: Shape<TailOptions> = {
  errors: option.boolean(),
  slowerThanMs: positive,
  costAboveUsd: positive,
  tokensAbove: positive,
  labels: labelsCheck,
  keep: option.callback(),
  maxTraces: positive,
  maxBytes: positive,
  maxAgeSeconds: positive,
};

const SAMPLING: Shape<SamplingOptions> = {
  ratio: option.number({ min: 0, max: 1 }),
  tail: option.object(TAIL),
  spans: option.oneOf(['all', 'roots']),
};

const dollars = option.number({ min: 0 });

const STEP: Shape<PriceStep> = { above: option.required(dollars), price: option.required(dollars) };
const STEPPED: Shape<SteppedPrice> = {
  base: option.required(dollars),
  steps: option.required(option.list(option.object(STEP))),
};
const tokenPrice: Check<TokenPrice> = {
  ...option.anyOf<TokenPrice>(dollars, option.object(STEPPED)),
  expected: dollars.expected,
};

const UNIT_PRICES = Object.fromEntries(BILLED_UNITS.map((unit) => [unit, tokenPrice])) as Shape<
  NonNullable<TokenPrices['units']>
>;

const PRICES: Shape<TokenPrices> = {
  input: tokenPrice,
  output: tokenPrice,
  cacheRead: tokenPrice,
  cacheWrite: tokenPrice,
  units: option.object(UNIT_PRICES),
};

const PRICE: Shape<ModelPrice> = {
  ...PRICES,
  input: option.required(tokenPrice),
  output: option.required(tokenPrice),
  tiers: option.dictionary(option.anyOf<number | Partial<TokenPrices>>(dollars, option.object(PRICES))),
  regions: option.dictionary(dollars),
};

/** The rule of a price table, wherever it comes from. */
export const PRICE_TABLE = option.dictionary(
  option.object(PRICE, 'an object with input and output'),
  'an object of model names and prices',
);

const CONTENT: Shape<ContentOptions> = { destination: option.required(loggerCheck) };

const clock: Check<Clock> = option.like('an object with the functions now and monotonic', (value) => {
  const { now, monotonic } = value as Clock;
  return typeof now === 'function' && typeof monotonic === 'function';
});

const hostName = option.like<string>(
  'a host, host:port or *.domain, without scheme and path',
  (value) =>
    typeof value === 'string' &&
    /^(?:\*\.[\w.-]+|[\w.-]+(?::\d{1,5})?|[\da-f:.]*:[\da-f:.]*|\[[\da-f:.]+\](?::\d{1,5})?)$/i.test(value),
);

const hostOwner = option.name(
  'the name of a provider, gateway or self_hosted',
  HOST_OWNERS,
  (value) => HOST_OWNERS.includes(value.toLowerCase()) || isListed(value.toLowerCase()),
);

/** The rules of {@link TracerOptions}. */
export const TRACER_OPTIONS: Shape<TracerOptions> = {
  service: option.object(SERVICE),
  project: option.string(),
  logger: loggerCheck,
  enabled: option.boolean(),
  level: option.string(),
  profile: option.oneOf(PROFILE_NAMES),
  capture: captureCheck,
  redact: option.anyOf<RedactOptions | readonly string[]>(option.object(REDACT_OPTIONS), redactPathsCheck),
  redactLines: option.boolean(),
  deltas: option.oneOf(DELTA_MODES),
  limits: option.object(LIMITS),
  sampling: option.object(SAMPLING),
  content: option.object(CONTENT),
  prices: PRICE_TABLE,
  hosts: option.dictionary(hostOwner, 'an object of hosts and the names of who sells their models', hostName),
  parentContext: option.callback(),
  clock,
  emitStarts: option.boolean(),
  statsIntervalSeconds: positive,
  hashKey: option.string(),
  maxOpenSpans: option.number({ min: 1 }),
};
