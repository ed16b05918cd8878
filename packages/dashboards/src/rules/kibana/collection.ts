/** The rules of a space of Kibana. */
import { checkOptions, option, props, type Shape } from '@spanline/record';
import type { JsonClient } from '@spanline/remote';
import { ask } from '../../apply/ask.ts';
import { labelledId } from '../../apply/label.ts';
import type { Collection, Resource, StoredResource } from '../../apply/resource.ts';

/** Options of {@link kibanaRuleCollection}. */
export interface KibanaRuleCollectionOptions {
  /** Name of the set of rules. @defaultValue `spanline` */
  readonly set?: string;
  /** Address of Kibana, with its space, for links. */
  readonly url: string;
}

const OPTIONS: Shape<KibanaRuleCollectionOptions> = { set: option.string(), url: option.required(option.string()) };

const PATH = 'api/alerting/rule';
const PAGE = 100;

const list = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.map((one) => props(one)) : [];

/** The body of an update: the type of a rule and its owner stay. */
function updateOf({ body }: Resource, stored: StoredResource): object {
  const { rule_type_id: _type, consumer: _consumer, ...fields } = body;
  // Actions are added by hand. An answer names the type of their connectors, and a request must not.
  const actions = list(stored.body['actions']).map(({ connector_type_id: _connector, ...action }) => action);
  return { ...fields, actions };
}

/** The rules of a space that carry our label. The client sends `kbn-xsrf`. Actions that were added by hand stay. */
export function kibanaRuleCollection(client: JsonClient, options: KibanaRuleCollectionOptions): Collection {
  checkOptions(OPTIONS, options);
  const { set = 'spanline', url } = options;
  const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;
  return {
    name: 'Kibana rules',
    async find() {
      const stored: StoredResource[] = [];
      for (let page = 1; ; page++) {
        const path = `${PATH}s/_find?search_fields=tags&search=spanline&per_page=${PAGE}&page=${page}`;
        const found = list(props(await ask(client, { method: 'GET', path }))['data']);
        for (const body of found) {
          const tags = Array.isArray(body['tags']) ? body['tags'] : [];
          const id = tags.map((tag) => labelledId(tag, set)).find((one) => one !== undefined);
          if (id !== undefined) stored.push({ id, address: String(body['id']), title: String(body['name']), body });
        }
        if (found.length < PAGE) return stored;
      }
    },
    async create({ body }) {
      return String(props(await ask(client, { method: 'POST', path: PATH, body }))['id']);
    },
    async replace(stored, resource) {
      await ask(client, { method: 'PUT', path: pathOf(stored.address), body: updateOf(resource, stored) });
    },
    async remove({ address }) {
      await ask(client, { method: 'DELETE', path: pathOf(address) });
    },
    linkTo: (address) =>
      `${url}/app/management/insightsAndAlerting/triggersActions/rule/${encodeURIComponent(address)}`,
  };
}
