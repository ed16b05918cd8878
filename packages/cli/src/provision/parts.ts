/** The parts of a set-up: each is a command of its own, with the options that are for it. */
import type { CommandIo } from '../command.ts';
import { dashboards } from '../dashboards/dashboards.ts';
import { compareSetup } from '../setup/compare-setup.ts';
import { runSetup } from '../setup/run-setup.ts';
import { alerts } from '../why/alerts.ts';

/** Options of the command that parts take. */
export const OPTIONS = {
  url: 'text',
  'dashboards-url': 'text',
  'dashboards-api': 'text',
  site: 'text',
  space: 'text',
  'data-stream': 'text',
  'content-stream': 'text',
  'retention-days': 'text',
  'no-lifecycle': 'switch',
  roles: 'switch',
  traces: 'switch',
  index: 'text',
  profile: 'text',
  source: 'text',
  schema: 'text',
  namespace: 'text',
  'trace-url': 'text',
  set: 'text',
  filter: 'text',
  'log-group': 'text',
  region: 'text',
  role: 'text',
  rules: 'text',
  partial: 'switch',
  notify: 'text',
  'data-source': 'text',
  folder: 'text',
} as const;

/** Name of an option. */
type OptionName = keyof typeof OPTIONS;

/** Options that were given. */
export type Given = Readonly<Partial<Record<OptionName, string | boolean>>>;

/** A part of a set-up. */
export interface Part {
  readonly title: string;
  /** The part is left out without this option. Its value is the first argument. */
  readonly about?: OptionName;
  /** Options of the set-up that the part takes. Those of another name in its own command have it behind the colon. */
  readonly takes: readonly (OptionName | `${OptionName}:${string}`)[];
  /** Prints what is to be done, or does it. @returns the exit code */
  run(args: readonly string[], isConfirmed: boolean, io: CommandIo): Promise<number>;
}

/** The arguments of a part. */
export function argumentsOf({ about, takes }: Part, given: Given): string[] {
  const subject = about === undefined ? [] : [String(given[about])];
  const options = takes.flatMap((taken) => {
    const [name = '', own = name] = taken.split(':');
    const value = given[name as OptionName];
    if (value === undefined) return [];
    return value === true ? [`--${own}`] : [`--${own}`, String(value)];
  });
  return [...subject, ...options];
}

/** Pipeline, lifecycle, templates and data stream; in Datadog the pipeline. */
function lines(target: string, takes: Part['takes'], more: readonly string[] = []): Part {
  return {
    title: 'Lines',
    takes,
    run(args, isConfirmed, io) {
      const own = [target, ...more, ...args];
      return isConfirmed ? runSetup(own, io) : compareSetup(own, io);
    },
  };
}

function pages(target: string, takes: Part['takes']): Part {
  return {
    title: 'Dashboards',
    takes: ['set', 'filter', ...takes],
    run: (args, isConfirmed, io) => dashboards(['apply', target, ...args, ...(isConfirmed ? ['--yes'] : [])], io),
  };
}

function rules(engine: string, takes: Part['takes']): Part {
  return {
    title: 'Alert rules',
    about: 'rules',
    takes: ['set', 'filter', 'partial', ...takes],
    run: (args, isConfirmed, io) => alerts(['apply', engine, ...args, ...(isConfirmed ? ['--yes'] : [])], io),
  };
}

const STORED = [
  'url',
  'data-stream',
  'content-stream',
  'profile',
  'traces',
  'retention-days',
  'no-lifecycle',
  'roles',
] as const;
const SAVED = ['dashboards-url:url', 'index', 'profile', 'trace-url'] as const;

/** The parts of each target, in their order. */
export const PARTS: Readonly<Record<string, readonly Part[]>> = {
  cloudwatch: [
    pages('cloudwatch', ['url', 'log-group', 'region']),
    rules('cloudwatch', ['url', 'log-group', 'region', 'role', 'notify']),
  ],
  datadog: [
    lines('datadog', ['site', 'url'], ['--api']),
    pages('datadog', ['site', 'url']),
    rules('datadog', ['site', 'url', 'notify']),
  ],
  elasticsearch: [
    lines('elasticsearch', STORED),
    pages('kibana', [...SAVED, 'space', 'dashboards-api:api']),
    rules('kibana', ['dashboards-url:url', 'index', 'profile', 'space']),
  ],
  grafana: [
    pages('grafana', ['url', 'source', 'schema', 'namespace', 'profile', 'trace-url']),
    rules('grafana', ['url', 'source', 'data-source', 'folder', 'profile']),
  ],
  opensearch: [
    lines('opensearch', STORED),
    pages('opensearch', SAVED),
    rules('opensearch', ['url', 'index', 'profile']),
  ],
};
