/** The targets that have dashboards: how each is rendered, and where it is kept. */
import {
  type Collection,
  datadogDashboard,
  datadogDashboards,
  importFile,
  type Resource,
  savedObjectCollection,
  savedObjects,
  type SavedObjectsOptions,
} from '@spanline/dashboards';
import type { JsonClient } from '@spanline/remote';
import type { CommandIo } from '../command.ts';
import { connectDatadog, connectKibana, connectOpensearchDashboards, datadogSite } from '../targets/index.ts';

/** Options of the command. */
export interface DashboardOptions extends SavedObjectsOptions {
  readonly set: string;
  readonly url?: string;
  readonly site?: string;
  readonly space?: string;
}

/** Flags of some targets. */
type OwnFlag = 'url' | 'site' | 'space' | 'index' | 'profile' | 'trace-url';

/** A target. */
export interface DashboardTarget {
  /** Options beside those that all targets have. */
  readonly flags: readonly OwnFlag[];
  readonly render: (options: DashboardOptions) => Resource[];
  /** The text that `render` prints. */
  readonly print: (wanted: readonly Resource[]) => string;
  readonly open: (options: DashboardOptions, io: CommandIo) => Collection;
}

/** The options of `render`, without those of a target's address. */
function rendering({ url: _url, site: _site, space: _space, ...options }: DashboardOptions): SavedObjectsOptions {
  return options;
}

const bodies = (wanted: readonly Resource[]): string => wanted.map(({ body }) => `${JSON.stringify(body)}\n`).join('');

function savedObjectTarget(
  connect: (options: DashboardOptions, io: CommandIo) => JsonClient,
  flags: readonly OwnFlag[],
): DashboardTarget {
  return {
    flags: ['url', 'index', 'profile', 'trace-url', ...flags],
    render: (options) => savedObjects(rendering(options)),
    print: importFile,
    open: (options, io) =>
      savedObjectCollection(connect(options, io), { set: options.set, url: options.url?.replace(/\/+$/, '') ?? '' }),
  };
}

/** Targets by name. */
export const TARGETS: Readonly<Record<string, DashboardTarget>> = {
  datadog: {
    flags: ['url', 'site'],
    render: (options) => [datadogDashboard(rendering(options))],
    print: bodies,
    open: (options, io) =>
      datadogDashboards(connectDatadog(options, io), { set: options.set, site: datadogSite(options.site, io.env) }),
  },
  kibana: savedObjectTarget(connectKibana, ['space']),
  opensearch: savedObjectTarget(connectOpensearchDashboards, []),
};
