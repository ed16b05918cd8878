/** The kind of server, and where it takes points in time. */

import { props } from '@spanline/record';
import { type Answer, type ClusterClient, ClusterError } from './client.ts';

/** A server. */
export interface Server {
  readonly isOpenSearch: boolean;
  /** As it names itself, for messages. */
  readonly name: string;
}

const OLDEST = { elasticsearch: [7, 17], opensearch: [2, 0] } as const;

function isOld(version: string, oldest: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

function serverOf(answer: Answer): Server {
  const version = props(answer['version']);
  const number = typeof version['number'] === 'string' ? version['number'] : undefined;
  if (number === undefined) throw new ClusterError('the server is neither Elasticsearch nor OpenSearch');
  const isOpenSearch = version['distribution'] === 'opensearch';
  const kind = isOpenSearch ? 'opensearch' : 'elasticsearch';
  const name = `${isOpenSearch ? 'OpenSearch' : 'Elasticsearch'} ${number}`;
  if (isOld(number, OLDEST[kind])) throw new ClusterError(`${name} is older than ${OLDEST[kind].join('.')}`);
  return { isOpenSearch, name };
}

/** Only OpenSearch takes a point in time below `_search`. */
async function probe(client: ClusterClient, index: string, signal: AbortSignal | undefined): Promise<Server> {
  try {
    await client.send({ to: 'open', path: `${index}/_search/point_in_time?keep_alive=1s` }, signal);
    return { isOpenSearch: true, name: 'OpenSearch' };
  } catch (error) {
    const status = error instanceof ClusterError ? error.status : undefined;
    if (status === 400 || status === 404 || status === 405) return { isOpenSearch: false, name: 'Elasticsearch' };
    throw error;
  }
}

/** An account may not know the version, and a distribution or a proxy may hide it. */
const UNTOLD: ReadonlySet<number | undefined> = new Set([400, 403, 404, 405]);

/** Asks a server for its kind. */
export async function findServer(
  client: ClusterClient,
  index: string,
  signal: AbortSignal | undefined,
): Promise<Server> {
  try {
    return serverOf(await client.send({ to: 'root', path: '' }, signal));
  } catch (error) {
    if (error instanceof ClusterError && UNTOLD.has(error.status)) return probe(client, index, signal);
    throw error;
  }
}
