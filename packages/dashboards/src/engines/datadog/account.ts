/** The objects of one kind in a Datadog account: dashboards, or monitors. */
import { props } from '@spanline/record';
import type { JsonClient } from '@spanline/remote';
import { ask } from '../../apply/ask.ts';
import type { Collection, StoredResource } from '../../apply/resource.ts';

interface Kind {
  /** Such as `Datadog dashboards`. */
  readonly name: string;
  /** Path in the API, such as `api/v1/dashboard`. */
  readonly path: string;
  /** Address of an object's page, without its id. */
  readonly page: string;
  /** The objects that carry our label. */
  find(): Promise<StoredResource[]>;
}

/** The collection of one kind. Datadog creates, replaces and removes all kinds alike, and finds each in its own way. */
export function accountCollection(client: JsonClient, { name, path, page, find }: Kind): Collection {
  const pathOf = (address: string): string => `${path}/${encodeURIComponent(address)}`;
  return {
    name,
    find,
    async create({ body }) {
      return String(props(await ask(client, { method: 'POST', path, body }))['id']);
    },
    async replace({ address }, { body }) {
      await ask(client, { method: 'PUT', path: pathOf(address), body });
    },
    async remove({ address }) {
      await ask(client, { method: 'DELETE', path: pathOf(address) });
    },
    linkTo: (address) => `${page}/${encodeURIComponent(address)}`,
  };
}
