/** Five minutes of outage, side by side: `pnpm bench:outage`; twenty seconds with `--short`. Ends with 1 when a line of Spanline's is lost. */
import type { OutagePlan, OutageResult } from './outage.ts';
import { runOutage } from './outage.ts';
import type { Outage } from './target.ts';
import { type TransportName, TRANSPORTS } from './transports.ts';

const FULL: OutagePlan = { linesPerSecond: 50, goodSeconds: 15, badSeconds: 300, afterSeconds: 60 };
const SHORT: OutagePlan = { linesPerSecond: 50, goodSeconds: 5, badSeconds: 20, afterSeconds: 20 };
const PLAN = process.argv.includes('--short') ? SHORT : FULL;
const OUTAGES: readonly Outage[] = ['down', '429'];
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

function describe(transport: string, outage: Outage, { logged, lost, repeated, code }: OutageResult): string {
  const end = code === 0 ? '' : `  the application ended with ${code}`;
  return `${transport.padEnd(26)}  ${outage.padEnd(4)}  lost ${percent(lost, logged).padStart(7)} (${lost} of ${logged})  repeated ${repeated}${end}`;
}

const names = Object.keys(TRANSPORTS) as TransportName[];
const results = await Promise.all(
  names.flatMap((transport) =>
    OUTAGES.map(async (outage) => ({ transport, outage, result: await runOutage(transport, outage, PLAN) })),
  ),
);
const total = PLAN.goodSeconds + PLAN.badSeconds + PLAN.afterSeconds;
console.log(
  `${PLAN.linesPerSecond} lines/s for ${total} s; the target is out of order from ${PLAN.goodSeconds} s on for ${PLAN.badSeconds} s\n`,
);
for (const { transport, outage, result } of results) console.log(describe(transport, outage, result));
const isLossless = results.every(({ transport, result }) => !transport.startsWith('spanline') || result.lost === 0);
process.exitCode = isLossless ? 0 : 1;
