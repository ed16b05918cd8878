/** The saved objects of Kibana or OpenSearch Dashboards. */
import { checkOptions, option, props, type Shape } from '@spanline/record';
import type { JsonClient } from '@spanline/remote';
import { ask } from '../../apply/ask.ts';
import { labelledId } from '../../apply/label.ts';
import type { Collection, Resource, StoredResource } from '../../apply/resource.ts';

/** Options of {@link savedObjectCollection}. */
export interface SavedObjectCollectionOptions {
  /** Name of the set of objects. @defaultValue `spanline` */
  readonly set?: string;
  /** Address of the page of the server, for links. */
  readonly url: string;
}

const OPTIONS: Shape<SavedObjectCollectionOptions> = { set: option.string(), url: option.required(option.string()) };

const PATH = 'api/saved_objects';
const TYPES = ['dashboard', 'visualization', 'search'] as const;
const PAGE = 1000;

/** The index pattern has no description: it belongs to a set by its id. */
function ownId(object: Readonly<Record<string, unknown>>, set: string): string | undefined {
  const { id, type, attributes } = object;
  if (type === 'index-pattern') return id === `spanline-${set}-lines` ? id : undefined;
  return labelledId(props(attributes)['description'], set);
}

/** The saved objects of a set. The client sends `kbn-xsrf` to Kibana, or `osd-xsrf` to OpenSearch Dashboards. */
export function savedObjectCollection(client: JsonClient, options: SavedObjectCollectionOptions): Collection {
  checkOptions(OPTIONS, options);
  const { set = 'spanline', url } = options;
  const pathOf = (type: unknown, id: string): string => `${PATH}/${String(type)}/${encodeURIComponent(id)}`;
  const bodyOf = ({ body }: Resource): object => ({ attributes: body['attributes'], references: body['references'] });
  return {
    name: 'saved objects',
    async find() {
      const stored: StoredResource[] = [];
      for (const type of [...TYPES, 'index-pattern']) {
        for (let page = 1; ; page++) {
          const answer = props(
            await ask(client, { method: 'GET', path: `${PATH}/_find?type=${type}&per_page=${PAGE}&page=${page}` }),
          );
          const found = Array.isArray(answer['saved_objects']) ? answer['saved_objects'].map((one) => props(one)) : [];
          for (const body of found) {
            const id = ownId(body, set);
            if (id === undefined || id !== body['id']) continue;
            stored.push({ id, address: pathOf(type, id), title: String(props(body['attributes'])['title']), body });
          }
          if (found.length < PAGE) break;
        }
      }
      return stored;
    },
    async create(resource) {
      const path = pathOf(resource.body['type'], resource.id);
      await ask(client, { method: 'POST', path, body: bodyOf(resource) });
      return path;
    },
    async replace({ address }, resource) {
      await ask(client, { method: 'POST', path: `${address}?overwrite=true`, body: bodyOf(resource) });
    },
    async remove({ address }) {
      await ask(client, { method: 'DELETE', path: address });
    },
    linkTo: (address) =>
      address.startsWith(`${PATH}/dashboard/`) ? `${url}/app/dashboards#/view/${address.split('/')[3]}` : undefined,
  };
}
