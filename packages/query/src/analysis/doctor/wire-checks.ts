/** Checks of model calls: what wire capture saw beside what other instrumentations reported. */

import { counted } from './finding.ts';
import { collectNames, type LineCheck } from './line-check.ts';

/** The package of wire capture, as its spans name it. */
export const WIRE_SCOPE = '@spanline/wire';
const CENTS = 2;

const retried: LineCheck = {
  name: 'retried-calls',
  severity: 'note',
  text: (_, detail) => detail,
  fix: 'Look at these calls: spanline ls spanline.retry.attempt:>1. Ask for a higher rate limit, or spread the requests.',
  page: 'docs/wire.md#audit',
  watch(report) {
    const sums = { calls: 0, requests: 0, retries: 0, usd: 0 };
    return {
      record({ record, isSpan, place }) {
        const requests = record['spanline.wire.requests'];
        if (!isSpan || requests === undefined) return;
        const retries = Math.max(0, (record['spanline.retry.attempt'] ?? 1) - 1);
        sums.calls++;
        sums.requests += requests;
        sums.retries += retries;
        sums.usd += record['spanline.retry.cost_usd'] ?? 0;
        if (retries > 0) report(place, retries);
      },
      detail() {
        const { calls, requests, retries, usd } = sums;
        const reported = counted(calls, 'call', 'calls');
        const repeated = counted(retries, 'retry', 'retries');
        return `The instrumentation reported ${reported}, the wire saw ${requests}: ${repeated}, $${usd.toFixed(CENTS)}.`;
      },
    };
  },
};

const alone: LineCheck = {
  name: 'calls-on-the-wire-only',
  severity: 'note',
  text: (count, detail) =>
    `${counted(count, 'request to a model is', 'requests to models are')} recorded by wire capture alone: ${detail}.`,
  fix: 'Nothing of the bill is missing. Trace the framework or the client too, if its steps, tools and retries should be one tree.',
  page: 'docs/wire.md#audit',
  watch(report) {
    const names = collectNames();
    return {
      record({ record, isSpan, place }) {
        if (!isSpan || record['otel.scope.name'] !== WIRE_SCOPE) return;
        report(place);
        const { 'server.address': server, 'span.name': name = 'unnamed' } = record;
        names.add(server === undefined ? name : `${name} at ${server}`);
      },
      detail: names.list,
    };
  },
};

/** The checks. */
export const WIRE_CHECKS: readonly LineCheck[] = [retried, alone];
