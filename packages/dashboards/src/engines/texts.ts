/** Texts that the dashboards of all engines have. */

/** Id of the dashboard in its set. */
export const DASHBOARD = 'dashboard';

/** Description of the dashboard. */
export const DESCRIPTION =
  'Requests, models, tools, retrieval, scores and alerts. Made by Spanline: changes by hand are overwritten.';

/** Title of the dashboard of a set. */
export function titleOf(set: string): string {
  return set === 'spanline' ? 'Spanline' : `Spanline: ${set}`;
}

/** Title of the list of requests. */
export const SLOWEST = 'Slowest requests';

/** Title of a metric over the whole time that a page shows. */
export const usualTitle = (title: string): string => `${title}, of the whole time`;
