/** The dashboards of a Grafana. */
import { checkOptions, option, props, type Shape } from '@spanline/record';
import type { JsonClient } from '@spanline/remote';
import { ask } from '../../apply/ask.ts';
import { labelledId } from '../../apply/label.ts';
import type { Collection, StoredResource } from '../../apply/resource.ts';
import { type GrafanaSchema, V2_API } from './dashboard.ts';

/** Options of {@link grafanaDashboards}. */
export interface GrafanaDashboardsOptions {
  /** Name of the set of objects. @defaultValue `spanline` */
  readonly set?: string;
  /** Schema of the dashboards, as in `grafanaDashboard`. @defaultValue `classic` */
  readonly schema?: GrafanaSchema;
  /** Namespace of the schema v2: `default`, or `stacks-<id>` in Grafana Cloud. @defaultValue `default` */
  readonly namespace?: string;
  /** Address of Grafana, for links. */
  readonly url: string;
}

const OPTIONS: Shape<GrafanaDashboardsOptions> = {
  set: option.string(),
  schema: option.oneOf(['classic', 'v2']),
  namespace: option.string(),
  url: option.required(option.string()),
};

const PAGE = 500;
const list = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.map((one) => props(one)) : [];

/** The API of the classic schema, which every Grafana has. */
function classicDashboards(client: JsonClient, set: string): Omit<Collection, 'linkTo'> {
  const path = (uid: string): string => `api/dashboards/uid/${encodeURIComponent(uid)}`;
  const save = (dashboard: object, overwrite: boolean): Promise<unknown> =>
    ask(client, { method: 'POST', path: 'api/dashboards/db', body: { dashboard, overwrite } });
  return {
    name: 'Grafana dashboards',
    async find() {
      const stored: StoredResource[] = [];
      for (let page = 1; ; page++) {
        const query = `api/search?type=dash-db&tag=spanline&limit=${PAGE}&page=${page}`;
        const found = list(await ask(client, { method: 'GET', path: query }));
        for (const { uid } of found) {
          const answer = props(await ask(client, { method: 'GET', path: path(String(uid)) }));
          const body = props(answer['dashboard']);
          const id = labelledId(body['description'], set);
          if (id !== undefined) stored.push({ id, address: String(uid), title: String(body['title']), body });
        }
        if (found.length < PAGE) return stored;
      }
    },
    async create({ body }) {
      return String(props(await save(body, false))['uid']);
    },
    async replace({ address }, { body }) {
      await save({ ...body, uid: address }, true);
    },
    async remove({ address }) {
      await ask(client, { method: 'DELETE', path: path(address) });
    },
  };
}

/** The API of the schema v2. */
function v2Dashboards(client: JsonClient, set: string, namespace: string): Omit<Collection, 'linkTo'> {
  const root = `apis/${V2_API}/namespaces/${encodeURIComponent(namespace)}/dashboards`;
  const path = (name: string): string => `${root}/${encodeURIComponent(name)}`;
  return {
    name: 'Grafana dashboards',
    async find() {
      const stored: StoredResource[] = [];
      for (let next = ''; ;) {
        const from = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
        const answer = props(await ask(client, { method: 'GET', path: `${root}?limit=${PAGE}${from}` }));
        for (const body of list(answer['items'])) {
          const [spec, { name }] = [props(body['spec']), props(body['metadata'])];
          const id = labelledId(spec['description'], set);
          if (id !== undefined) stored.push({ id, address: String(name), title: String(spec['title']), body });
        }
        const more = props(answer['metadata'])['continue'];
        if (typeof more !== 'string' || more === '') return stored;
        next = more;
      }
    },
    async create({ body }) {
      return String(props(props(await ask(client, { method: 'POST', path: root, body }))['metadata'])['name']);
    },
    async replace({ address, body: stored }, { body }) {
      const { resourceVersion } = props(stored['metadata']);
      const metadata = { ...props(body['metadata']), name: address, resourceVersion };
      await ask(client, { method: 'PUT', path: path(address), body: { ...body, metadata } });
    },
    async remove({ address }) {
      await ask(client, { method: 'DELETE', path: path(address) });
    },
  };
}

/** The dashboards of a Grafana that carry our label. The client sends the token of a service account. */
export function grafanaDashboards(client: JsonClient, options: GrafanaDashboardsOptions): Collection {
  checkOptions(OPTIONS, options);
  const { set = 'spanline', schema = 'classic', namespace = 'default', url } = options;
  const collection = schema === 'v2' ? v2Dashboards(client, set, namespace) : classicDashboards(client, set);
  return { ...collection, linkTo: (address) => `${url}/d/${encodeURIComponent(address)}` };
}
