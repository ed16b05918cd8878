/** The cost on a line, unit by unit. The line has the sum; its units and conditions have the rest. */

import { checkOptions, type SpanRecord } from '@spanline/record';
import type { TracerOptions } from '../api/index.ts';
import { type Bill, createPricer, readBilledCall } from '../usage/index.ts';
import { TRACER_OPTIONS } from './option-shape.ts';
import { resolvePrices } from './options.ts';

/** Options of {@link createItemizer}: those of the tracer that wrote the lines. */
export type ItemizerOptions = Pick<TracerOptions, 'prices' | 'hosts'>;

/**
 * Gives the cost on a line, unit by unit. It gives `undefined` where the line has no cost by prices, and where the
 * prices of today give another sum: the line is older than they are, or was written with own prices.
 */
export type Itemize = (line: SpanRecord) => Bill | undefined;

/** Sums are rounded to twelve digits. */
const SAME = 1e-9;

/**
 * Creates a function that itemizes the cost on lines. Beside a cost that the provider reported, it itemizes the list
 * price. No socket is opened.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`, also for a file of `SPANLINE_PRICES` that is missing or wrong
 * @example
 * ```ts
 * import { createItemizer, type SpanRecord } from '@spanline/core';
 *
 * const itemize = createItemizer();
 * const show = (line: SpanRecord) => console.log(itemize(line)?.items);
 * ```
 */
export function createItemizer(options: ItemizerOptions = {}): Itemize {
  const { prices, hosts } = TRACER_OPTIONS;
  checkOptions({ prices, hosts }, options);
  const pricer = createPricer({ prices: resolvePrices(options, process.env), hosts: options.hosts });
  return (line) => {
    const source = line['spanline.cost.source'];
    const written = source === 'provider' ? line['spanline.cost.list_usd'] : line['spanline.cost.usd'];
    if (source === undefined || source === 'explicit' || written === undefined) return undefined;
    const start = Date.parse(line['event.start'] ?? line['@timestamp'] ?? '');
    // The tier on the line is the one of the price.
    const call = { ...readBilledCall({ ...line }, Number.isNaN(start) ? undefined : start), requestedTier: undefined };
    const bill = pricer.bill(call);
    return bill !== undefined && Math.abs(bill.usd - written) <= SAME * written ? bill : undefined;
  };
}
