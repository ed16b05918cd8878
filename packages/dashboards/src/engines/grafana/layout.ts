/** Parts that both schemas of Grafana's dashboards have in common. */

/** Name of the variable that holds the data source: it is chosen on the page. */
export const VARIABLE = 'datasource';
/** Data source of expressions, which Grafana itself computes. */
export const EXPRESSIONS = '__expr__';
/** Grafana's grid. */
export const GRID = { columns: 24, height: 9 };

/** Texts of a dashboard. */
export interface DashboardText {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Type of the data source. */
  readonly plugin: string;
  readonly tags: readonly string[];
}

/** Options of a panel. */
export function optionsOf(view: 'timeseries' | 'table'): Readonly<Record<string, unknown>> {
  if (view === 'table') return { showHeader: true, cellHeight: 'sm' };
  return {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: 'multi', sort: 'desc' },
  };
}
