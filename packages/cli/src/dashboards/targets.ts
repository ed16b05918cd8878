/** The targets that have dashboards: how each is rendered, and where it is kept. */
import { type Collection, datadogDashboard, datadogDashboards, type Resource } from '@spanline/dashboards';
import type { CommandIo } from '../command.ts';
import { connectDatadog, datadogSite } from '../targets/index.ts';

/** Options of the command. */
export interface DashboardOptions {
  readonly set: string;
  readonly filter?: string;
  readonly url?: string;
  readonly site?: string;
}

/** A target. */
export interface DashboardTarget {
  /** Options beside those that all targets have. */
  readonly flags: readonly ('url' | 'site')[];
  readonly render: (options: DashboardOptions) => Resource[];
  readonly open: (options: DashboardOptions, io: CommandIo) => Collection;
}

/** Targets by name. */
export const TARGETS: Readonly<Record<string, DashboardTarget>> = {
  datadog: {
    flags: ['url', 'site'],
    render: (options) => [datadogDashboard(options)],
    open: (options, io) =>
      datadogDashboards(connectDatadog(options, io), { set: options.set, site: datadogSite(options.site, io.env) }),
  },
};
