/** The dashboards of a Kibana that has the Dashboards API. */
import { checkOptions, option, props, type Shape } from '@spanline/record';
import type { JsonClient } from '@spanline/remote';
import { ask } from '../../apply/ask.ts';
import { labelledId } from '../../apply/label.ts';
import { ApplyError, type Collection, type StoredResource } from '../../apply/resource.ts';
import { savedObjectCollection } from '../saved-objects/collection.ts';

/** Options of {@link kibanaDashboards}. */
export interface KibanaDashboardsOptions {
  /** Name of the set of objects. @defaultValue `spanline` */
  readonly set?: string;
  /** Address of the page of Kibana, for links. */
  readonly url: string;
}

const OPTIONS: Shape<KibanaDashboardsOptions> = { set: option.string(), url: option.required(option.string()) };

const ROOT = 'api/dashboards';
const PAGE = 100;
const NOT_FOUND = 404;
const DASHBOARDS = 'api/saved_objects/dashboard/';

const pathOf = (id: string): string => `${ROOT}/${encodeURIComponent(id)}`;

/**
 * The dashboards of a Kibana that carry our label, by the Dashboards API. Saved charts of the same set are in it,
 * so that they are removed. Requests have the header `kbn-xsrf`.
 */
export function kibanaDashboards(client: JsonClient, options: KibanaDashboardsOptions): Collection {
  checkOptions(OPTIONS, options);
  const { set = 'spanline', url } = options;
  const charts = savedObjectCollection(client, { set, url });

  async function stored(): Promise<StoredResource[]> {
    const found: StoredResource[] = [];
    for (let page = 1; ; page++) {
      const answer = props(await ask(client, { method: 'GET', path: `${ROOT}?per_page=${PAGE}&page=${page}` }));
      const listed = Array.isArray(answer['data']) ? answer['data'].map((one) => props(one)) : [];
      for (const one of listed) {
        const id = labelledId(props(one['data'])['description'], set);
        if (id === undefined) continue;
        const address = pathOf(String(one['id']));
        const body = props(props(await ask(client, { method: 'GET', path: address }))['data']);
        found.push({ id, address, title: String(body['title']), body });
      }
      if (listed.length < PAGE) return found;
    }
  }

  /** A Kibana that has no saved-object API, such as that of Serverless, has no such charts. */
  async function leftovers(): Promise<StoredResource[]> {
    try {
      const objects = await charts.find();
      return objects.filter(({ address }) => !address.startsWith(DASHBOARDS));
    } catch (error) {
      if (error instanceof ApplyError) return [];
      throw error;
    }
  }

  return {
    name: 'Kibana dashboards',
    async find() {
      return [...(await stored()), ...(await leftovers())];
    },
    async create({ id, body }) {
      const path = pathOf(id);
      const { status } = await client.send({ method: 'GET', path });
      if (status !== NOT_FOUND) throw new ApplyError(`PUT ${path}: ${status}, the id is that of another dashboard`);
      await ask(client, { method: 'PUT', path, body });
      return path;
    },
    async replace({ address }, { body }) {
      await ask(client, { method: 'PUT', path: address, body });
    },
    async remove({ address }) {
      await ask(client, { method: 'DELETE', path: address });
    },
    linkTo: (address) =>
      address.startsWith(`${ROOT}/`) ? `${url}/app/dashboards#/view/${address.slice(ROOT.length + 1)}` : undefined,
  };
}
