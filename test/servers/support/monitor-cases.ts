/** Monitors of OpenSearch without its alerting plugin: their searches on a real server, and their triggers in its Painless. */
import fc from 'fast-check';
import { opensearchMonitors } from '@spanline/dashboards';
import { type AlertRule, type ResolvedRule, resolveRules } from '@spanline/monitor/offline';
import {
  type Line,
  naiveLevels,
  type NaiveLevel,
  type SampledMetric,
  windowOf,
} from '../../../packages/dashboards/test/support/naive-rules.ts';
import { log, ruleOf, START } from '../../../packages/dashboards/test/support/rules-and-logs.ts';
import { runs } from '../../support/effort.ts';
import type { SearchClient } from './search-client.ts';

const MINUTE_MS = 60_000;
const MINUTES = 16;
export const TIMES: readonly number[] = Array.from(
  { length: MINUTES },
  (_, minute) => START + (minute + 1) * MINUTE_MS,
);

/** A rule, and the log of a service of its own. */
export interface MonitorCase {
  readonly service: string;
  readonly rule: AlertRule;
  readonly lines: readonly Line[];
}

/** The same cases in each run of CI, others elsewhere. */
export function monitorCases(more: readonly SampledMetric[]): MonitorCase[] {
  return fc
    .sample(fc.tuple(ruleOf({ hasWarnings: false, hasLowCounts: true, hasSteps: true, more }), log), {
      numRuns: runs(6, 100),
      ...(process.env['CI'] === undefined ? {} : { seed: 20_261_124 }),
    })
    .map(([rule, lines], index) => {
      const service = `case-${index}`;
      const own = lines.map((line) => ({
        ...line,
        'service.name': service,
        'event.id': `${service}-${String(line['event.id'])}`,
      }));
      return { service, rule, lines: own };
    });
}

/** How an engine differs from the description of rules. */
interface Differences {
  /** Fields of rules that the engine does not have. */
  readonly lost?: Partial<ResolvedRule>;
  /** Minutes before the log that the engine looks back on: there were no lines. */
  readonly looksBack?: number;
}

/** Whether the alert is on at the end of each minute, by the description of rules. */
export function expectedStates({ rule, lines }: MonitorCase, { lost, looksBack = 0 }: Differences = {}): boolean[] {
  const [given] = resolveRules([rule]) as [ResolvedRule];
  const resolved = { ...given, ...lost };
  const before = Array.from({ length: looksBack }, (_, minute) => START + (minute + 1 - looksBack) * MINUTE_MS);
  const moments = [...before, ...TIMES].map((at) => ({ at, ...windowOf(resolved, at), isWhole: true }));
  const levels = naiveLevels(resolved, lines, moments, true).slice(looksBack);
  return levels.map((level: NaiveLevel) => level !== 'OK');
}

interface Monitor {
  readonly inputs: readonly [{ readonly search: { readonly indices: readonly string[]; readonly query: object } }];
  readonly triggers: readonly {
    readonly query_level_trigger: { readonly condition: { readonly script: { readonly source: string } } };
  }[];
}

/** Whether the alert of the monitor is on, at the end of each minute. */
export async function monitorStates(
  client: SearchClient,
  index: string,
  { rule, service }: MonitorCase,
): Promise<boolean[]> {
  const [compiled] = opensearchMonitors([rule], { index, filter: `service.name:"${service}"` });
  if (compiled?.kind !== 'compiled') throw new Error(`refused: ${compiled?.reason}`);
  const monitor = compiled.bodies[0]?.body as unknown as Monitor;
  const source = `def ctx = params.ctx;\n${monitor.triggers[0]?.query_level_trigger.condition.script.source}`;
  const states: boolean[] = [];
  let isOn = false;
  for (const time of TIMES) {
    const { query } = monitor.inputs[0].search;
    const body: unknown = JSON.parse(JSON.stringify(query).replaceAll('{{period_end}}', String(time)));
    const answer = await client.send('POST', `${index}/_search`, body);
    const ctx = { results: [answer], alert: isOn ? { state: 'ACTIVE' } : null };
    const script = { source, params: { ctx } };
    const { result } = await client.send('POST', '_scripts/painless/_execute', { script });
    isOn = result === 'true';
    states.push(isOn);
  }
  return states;
}
