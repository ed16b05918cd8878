/** Figures by step, model, or any other fields: the page of `spanline stats`. */

import type { StatsAnswer, StatsRowAnswer } from '../../src/contract.ts';
import { formatCost, formatCount, formatDuration, formatShare, formatTokens } from '../format.ts';
import { addressOf, change, route, scope } from '../route.ts';
import { useAnswer } from '../use-answer.ts';

const GROUPS = ['step', 'model', 'type', 'route', 'user', 'session', 'prompt.version', 'service'];

const duration = (ms: number | undefined): string => (ms === undefined ? '' : formatDuration(ms));

const quoted = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** The traces of one group. */
function tracesOf(by: readonly string[], row: StatsRowAnswer): string {
  const conditions = by.map((name, index) => {
    const value = row.by[index] ?? '';
    return value === '' ? `-exists:${name}` : `${name}:${quoted(value)}`;
  });
  const { filter = '', ...rest } = scope();
  const own = filter === '' ? [] : [`(${filter})`];
  return addressOf({ page: 'traces', parameters: { ...rest, filter: [...own, ...conditions].join(' ') } });
}

function Table({ stats }: { readonly stats: StatsAnswer }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Figures">
      <table>
        <thead>
          <tr>
            {stats.by.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            {['Count', 'Errors', 'p50', 'p95', 'p99', 'Self time', 'First token', 'Tokens', 'Cost'].map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {stats.rows.map((row) => (
            <tr key={row.by.join('\n')}>
              {row.by.map((value, index) => (
                <td key={index} class="group">
                  {index === 0 ? <a href={tracesOf(stats.by, row)}>{value || '(none)'}</a> : value || '(none)'}
                </td>
              ))}
              <td class="number">{formatCount(row.count)}</td>
              <td class={row.errors > 0 ? 'number bad' : 'number'}>
                {row.errors === 0 ? '' : `${formatCount(row.errors)} (${formatShare(row.errors / row.count)})`}
              </td>
              <td class="number">{duration(row.p50Ms)}</td>
              <td class="number">{duration(row.p95Ms)}</td>
              <td class="number">{duration(row.p99Ms)}</td>
              <td class="number">
                <span class="meter" style={{ width: `${60 * row.selfShare}px` }} /> {formatShare(row.selfShare)}
              </td>
              <td class="number">{duration(row.ttftP50Ms)}</td>
              <td class="number">
                {row.inputTokens + row.outputTokens === 0 ? '' : formatTokens(row.inputTokens, row.outputTokens)}
              </td>
              <td
                class="number"
                title={row.unknownCosts > 0 ? `${row.unknownCosts} calls without a known cost` : undefined}
              >
                {row.costUsd > 0 ? formatCost(row.costUsd) : ''}
                {row.unknownCosts > 0 && ' +?'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {stats.more > 0 && <p class="note">{formatCount(stats.more)} more groups</p>}
    </div>
  );
}

export function StepsPage() {
  const by = route.value.parameters['by'] || 'step';
  const { answer: stats, fault } = useAnswer<StatsAnswer>('stats', { ...scope(), by });
  return (
    <main class="page steps">
      <h1 class="unseen">Steps</h1>
      <div class="bar-line">
        <label>
          Group by{' '}
          <select value={by} onChange={(event) => change({ by: event.currentTarget.value })}>
            {[...new Set([...GROUPS, by])].map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault.message}
        </p>
      )}
      {stats === undefined ? (
        <p class="summary" role="status">
          Reading…
        </p>
      ) : (
        <Table stats={stats} />
      )}
    </main>
  );
}
