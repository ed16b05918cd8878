/** The dashboard for Datadog's API. */
import { PANELS } from '../../panels/panels.ts';
import { datadogWidget } from './widget.ts';

/** Options of {@link datadogDashboard}. */
export interface DatadogDashboardOptions {
  /** Log search that narrows every panel, such as `service:rag-api`. @defaultValue every line */
  filter?: string;
}

/**
 * Returns the body of `POST /api/v1/dashboard`, for lines in the profile `datadog`. Each field that a panel groups by,
 * or takes a number of, needs a facet or a measure. `datadogSetup()` of `@spanline/ship` lists them.
 */
export function datadogDashboard({ filter = '' }: DatadogDashboardOptions = {}): Record<string, unknown> {
  return {
    title: 'Spanline',
    description: 'Requests, models, tools, retrieval, scores and alerts. Made by Spanline; changes are overwritten.',
    layout_type: 'ordered',
    widgets: PANELS.map((panel) => datadogWidget(panel, filter)),
  };
}
