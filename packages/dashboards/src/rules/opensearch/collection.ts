/** The monitors of a cluster's alerting. */
import { checkOptions, option, props, type Shape } from '@spanline/record';
import type { JsonClient } from '@spanline/remote';
import { ask } from '../../apply/ask.ts';
import { labelledId } from '../../apply/label.ts';
import { ApplyError, type Collection } from '../../apply/resource.ts';

/** Options of {@link opensearchMonitorCollection}. */
export interface OpensearchMonitorCollectionOptions {
  /** Name of the set of monitors. @defaultValue `spanline` */
  readonly set?: string;
}

const OPTIONS: Shape<OpensearchMonitorCollectionOptions> = { set: option.string() };

const PATH = '_plugins/_alerting/monitors';
/** The most monitors that a cluster has by default. */
const MOST = 1000;
const NOT_FOUND = 404;

const list = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.map((one) => props(one)) : [];

/** The members of each trigger, by its name. */
const triggersOf = (monitor: Readonly<Record<string, unknown>>): Map<string, Record<string, unknown>> =>
  new Map(
    list(monitor['triggers'])
      .map((one) => props(one['query_level_trigger']))
      .map((trigger) => [String(trigger['name']), trigger]),
  );

/** Triggers keep their ids and the actions that were added by hand. */
function updateOf(body: Readonly<Record<string, unknown>>, monitor: Readonly<Record<string, unknown>>): object {
  const known = triggersOf(monitor);
  const triggers = [...triggersOf(body)].map(([name, trigger]) => {
    const { id, actions } = known.get(name) ?? {};
    return { query_level_trigger: { ...trigger, ...(id === undefined ? {} : { id, actions }) } };
  });
  return { ...body, triggers };
}

/** The monitors of a cluster that carry our label. Actions that were added by hand stay. */
export function opensearchMonitorCollection(
  client: JsonClient,
  options: OpensearchMonitorCollectionOptions = {},
): Collection {
  checkOptions(OPTIONS, options);
  const { set = 'spanline' } = options;
  const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;
  return {
    name: 'OpenSearch monitors',
    async find() {
      const path = `${PATH}/_search`;
      const search = { size: MOST, query: { exists: { field: 'monitor' } } };
      const response = await client.send({ method: 'POST', path, body: search }).catch((error: unknown) => {
        throw new ApplyError(`POST ${path}: the request failed`, { cause: error });
      });
      // Without any monitor, the index of monitors is not there yet.
      if (response.status === NOT_FOUND) return [];
      if (!response.isOk) throw new ApplyError(`POST ${path}: ${response.status} ${response.reason}`.trimEnd());
      return list(props(props(response.body)['hits'])['hits']).flatMap(({ _id: address, _source: source }) => {
        const body = props(props(source)['monitor'] ?? source);
        const title = String(body['name']);
        const id = labelledId(title, set);
        return id === undefined ? [] : [{ id, address: String(address), title, body }];
      });
    },
    async create({ body }) {
      return String(props(await ask(client, { method: 'POST', path: PATH, body }))['_id']);
    },
    async replace({ address, body: stored }, { body }) {
      await ask(client, { method: 'PUT', path: pathOf(address), body: updateOf(body, stored) });
    },
    async remove({ address }) {
      await ask(client, { method: 'DELETE', path: pathOf(address) });
    },
  };
}
