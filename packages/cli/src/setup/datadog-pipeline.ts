import { props } from '@spanline/record';
import type { JsonClient } from '@spanline/remote';
import type { SetupRequest } from '@spanline/ship';

const PIPELINES = 'api/v1/logs/config/pipelines';

/** A pipeline of the account. */
interface StoredPipeline {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The account's pipeline of the same name. @throws Error that names the request, the status and the reason */
export async function findPipeline(client: JsonClient, { body }: SetupRequest): Promise<StoredPipeline | undefined> {
  const answer = await client.send({ method: 'GET', path: PIPELINES }).catch((error: unknown) => {
    throw new Error(`GET ${PIPELINES}: ${error instanceof Error ? error.message : 'the request failed'}`, {
      cause: error,
    });
  });
  if (!answer.isOk) throw new Error(`GET ${PIPELINES}: ${answer.status} ${answer.reason}`.trimEnd());
  const pipelines = Array.isArray(answer.body) ? (answer.body as unknown[]).map(props) : [];
  const found = pipelines.find(({ name }) => name === body?.['name']);
  const id = found?.['id'];
  return found !== undefined && typeof id === 'string' ? { id, body: found } : undefined;
}
