/** The dashboard for Datadog's API. */
import { checkOptions } from '@spanline/record';
import { PANELS } from '@spanline/record/metrics';
import { labelOf } from '../../apply/label.ts';
import type { Resource } from '../../apply/resource.ts';
import { RENDER_OPTIONS, type RenderOptions } from '../render-options.ts';
import { DASHBOARD, DESCRIPTION, titleOf } from '../texts.ts';
import { requestsWidget } from './requests.ts';
import { datadogWidget } from './widget.ts';

/**
 * Renders the body of `POST /api/v1/dashboard`, for lines in the profile `datadog`. Each field that a panel groups by,
 * or takes a number of, needs a facet or a measure. `datadogSetup()` of `@spanline/ship` lists them.
 */
export function datadogDashboard(options: RenderOptions = {}): Resource {
  checkOptions(RENDER_OPTIONS, options);
  const { set = 'spanline', filter = '' } = options;
  const title = titleOf(set);
  const body = {
    title,
    description: `${DESCRIPTION} ${labelOf(set, DASHBOARD)}`,
    layout_type: 'ordered',
    reflow_type: 'auto',
    widgets: [...PANELS.map((panel) => datadogWidget(panel, filter)), requestsWidget(filter)],
  };
  return { id: DASHBOARD, title, body };
}
