import type { Flavour } from './names.ts';
import type { SetupRequest } from './request.ts';

const SHARD_SIZE = '50gb';
const ROLLOVER_DAYS = 7;

/** How long the indices of a stream are kept. */
export interface Lifecycle {
  readonly name: string;
  readonly pattern: string;
  /** Of two ISM policies that match an index, the one with the higher priority applies. */
  readonly priority: number;
  readonly retentionDays: number;
}

/** Rolls over by size and age, and deletes a backing index `retentionDays` after its rollover. */
function ilm(retentionDays: number, rolloverDays: number): Record<string, unknown> {
  const rollover = { max_age: `${rolloverDays}d`, max_primary_shard_size: SHARD_SIZE };
  return {
    policy: {
      phases: {
        hot: { min_age: '0ms', actions: { rollover } },
        delete: { min_age: `${retentionDays}d`, actions: { delete: {} } },
      },
    },
  };
}

function ism({ pattern, priority, retentionDays }: Lifecycle, rolloverDays: number): Record<string, unknown> {
  const rollover = { min_index_age: `${rolloverDays}d`, min_primary_shard_size: SHARD_SIZE };
  return {
    policy: {
      description: `Spanline: rolled over after ${rolloverDays} days, deleted ${retentionDays} days later`,
      default_state: 'hot',
      states: [
        {
          name: 'hot',
          actions: [{ rollover }],
          transitions: [{ state_name: 'delete', conditions: { min_rollover_age: `${retentionDays}d` } }],
        },
        { name: 'delete', actions: [{ delete: {} }], transitions: [] },
      ],
      ism_template: [{ index_patterns: [pattern], priority }],
    },
  };
}

/** Creates the request that installs the policy: ILM, or ISM on OpenSearch. */
export function lifecycleRequest(flavour: Flavour, lifecycle: Lifecycle): SetupRequest {
  const { name, retentionDays } = lifecycle;
  const rolloverDays = Math.min(ROLLOVER_DAYS, retentionDays);
  return flavour === 'opensearch'
    ? { method: 'PUT', path: `_plugins/_ism/policies/${name}`, body: ism(lifecycle, rolloverDays) }
    : { method: 'PUT', path: `_ilm/policy/${name}`, body: ilm(retentionDays, rolloverDays) };
}
