/** The alert rules of a Grafana. */
import { checkOptions, option, props, type Shape } from '@spanline/record';
import type { JsonClient } from '@spanline/remote';
import { ask } from '../../apply/ask.ts';
import { labelledId } from '../../apply/label.ts';
import { ApplyError, type Collection } from '../../apply/resource.ts';

/** Options of {@link grafanaRuleCollection}. */
export interface GrafanaRuleCollectionOptions {
  /** Name of the set of rules. @defaultValue `spanline` */
  readonly set?: string;
  /** Address of Grafana, for links. */
  readonly url: string;
}

const OPTIONS: Shape<GrafanaRuleCollectionOptions> = { set: option.string(), url: option.required(option.string()) };

const PATH = 'api/v1/provisioning/alert-rules';
const NOT_FOUND = 404;

/** Creates the folder of a rule, unless it is there. */
async function makeFolder(client: JsonClient, uid: string): Promise<void> {
  const path = `api/folders/${encodeURIComponent(uid)}`;
  const { isOk, status, reason } = await client.send({ method: 'GET', path }).catch((error: unknown) => {
    throw new ApplyError(`GET ${path}: the request failed`, { cause: error });
  });
  if (isOk) return;
  if (status !== NOT_FOUND) throw new ApplyError(`GET ${path}: ${status} ${reason}`.trimEnd());
  const title = uid === 'spanline' ? 'Spanline' : uid;
  await ask(client, { method: 'POST', path: 'api/folders', body: { uid, title } });
}

/** The rules of a Grafana that carry our label. The client sends the token of a service account. */
export function grafanaRuleCollection(client: JsonClient, options: GrafanaRuleCollectionOptions): Collection {
  checkOptions(OPTIONS, options);
  const { set = 'spanline', url } = options;
  const pathOf = (uid: string): string => `${PATH}/${encodeURIComponent(uid)}`;
  return {
    name: 'Grafana alert rules',
    async find() {
      const answer = await ask(client, { method: 'GET', path: PATH });
      const all = Array.isArray(answer) ? answer.map((one) => props(one)) : [];
      return all.flatMap((body) => {
        const id = labelledId(props(body['annotations'])['spanline'], set);
        return id === undefined ? [] : [{ id, address: String(body['uid']), title: String(body['title']), body }];
      });
    },
    async create({ body }) {
      await makeFolder(client, String(body['folderUID']));
      // The organisation is that of the token, whatever is sent.
      return String(props(await ask(client, { method: 'POST', path: PATH, body: { orgID: 1, ...body } }))['uid']);
    },
    async replace({ address, body: stored }, { body }) {
      await makeFolder(client, String(body['folderUID']));
      const { orgID } = stored;
      await ask(client, { method: 'PUT', path: pathOf(address), body: { orgID, ...body, uid: address } });
    },
    async remove({ address }) {
      await ask(client, { method: 'DELETE', path: pathOf(address) });
    },
    linkTo: (address) => `${url}/alerting/grafana/${encodeURIComponent(address)}/view`,
  };
}
