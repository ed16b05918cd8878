/** The monitors of a Datadog account. */
import { checkOptions, props } from '@spanline/record';
import type { JsonClient } from '@spanline/remote';
import { ask } from '../../apply/ask.ts';
import { labelledId } from '../../apply/label.ts';
import type { Collection, StoredResource } from '../../apply/resource.ts';
import { accountCollection } from '../../engines/datadog/account.ts';
import { DATADOG_OPTIONS, type DatadogDashboardsOptions } from '../../engines/datadog/dashboards.ts';
import { TAG } from './datadog-monitors.ts';

const PATH = 'api/v1/monitor';
const PAGE = 100;

/** The monitors of an account that carry our label. The client sends `dd-api-key` and `dd-application-key`. */
export function datadogMonitorCollection(client: JsonClient, options: DatadogDashboardsOptions = {}): Collection {
  checkOptions(DATADOG_OPTIONS, options);
  const { set = 'spanline', site = 'datadoghq.com' } = options;
  return accountCollection(client, {
    name: 'Datadog monitors',
    path: PATH,
    page: `https://app.${site}/monitors`,
    async find() {
      const stored: StoredResource[] = [];
      for (let page = 0; ; page++) {
        const path = `${PATH}?monitor_tags=${encodeURIComponent(TAG)}&page=${page}&page_size=${PAGE}`;
        const answer = await ask(client, { method: 'GET', path });
        const found = Array.isArray(answer) ? answer.map((one) => props(one)) : [];
        for (const body of found) {
          const id = labelledId(body['message'], set);
          if (id !== undefined) stored.push({ id, address: String(body['id']), title: String(body['name']), body });
        }
        if (found.length < PAGE) return stored;
      }
    },
  });
}
