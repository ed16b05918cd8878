/** The dashboards of a Datadog account. */
import { checkOptions, option, props, type Shape } from '@spanline/record';
import type { JsonClient } from '@spanline/remote';
import { ask } from '../../apply/ask.ts';
import { labelledId } from '../../apply/label.ts';
import type { Collection, StoredResource } from '../../apply/resource.ts';
import { accountCollection } from './account.ts';

const PATH = 'api/v1/dashboard';
const PAGE = 100;

/** Ids of the dashboards with a label of the set; Datadog has no tags of one's own on dashboards. */
async function labelled(client: JsonClient, set: string): Promise<{ id: string; address: string }[]> {
  const found: { id: string; address: string }[] = [];
  for (let start = 0; ; start += PAGE) {
    const { dashboards } = props(await ask(client, { method: 'GET', path: `${PATH}?count=${PAGE}&start=${start}` }));
    const page = Array.isArray(dashboards) ? dashboards.map((one) => props(one)) : [];
    for (const { id: address, description } of page) {
      const id = labelledId(description, set);
      if (id !== undefined && typeof address === 'string') found.push({ id, address });
    }
    if (page.length < PAGE) return found;
  }
}

/** Options of {@link datadogDashboards}. */
export interface DatadogDashboardsOptions {
  /** Name of the set of objects. @defaultValue `spanline` */
  readonly set?: string;
  /** Datadog's site, for links. @defaultValue `datadoghq.com` */
  readonly site?: string;
}

/** The check of the options of collections in an account. */
export const DATADOG_OPTIONS: Shape<DatadogDashboardsOptions> = { set: option.string(), site: option.string() };

/** The dashboards of an account that carry our label. The client sends `dd-api-key` and `dd-application-key`. */
export function datadogDashboards(client: JsonClient, options: DatadogDashboardsOptions = {}): Collection {
  checkOptions(DATADOG_OPTIONS, options);
  const { set = 'spanline', site = 'datadoghq.com' } = options;
  return accountCollection(client, {
    name: 'Datadog dashboards',
    path: PATH,
    page: `https://app.${site}/dashboard`,
    async find() {
      const stored: StoredResource[] = [];
      for (const { id, address } of await labelled(client, set)) {
        const body = props(await ask(client, { method: 'GET', path: `${PATH}/${encodeURIComponent(address)}` }));
        stored.push({ id, address, title: String(body['title']), body });
      }
      return stored;
    },
  });
}
