import type { JsonClient, JsonRequest } from '@spanline/remote';
import { ApplyError } from './resource.ts';

/** Sends a request. @returns the parsed body. @throws ApplyError that names the request, the status and the reason */
export async function ask(client: JsonClient, request: JsonRequest): Promise<unknown> {
  const name = `${request.method} ${request.path}`;
  const response = await client.send(request).catch((error: unknown) => {
    throw new ApplyError(`${name}: ${error instanceof Error ? error.message : 'the request failed'}`, { cause: error });
  });
  if (response.isOk) return response.body;
  throw new ApplyError(`${name}: ${response.status} ${response.reason}`.trimEnd());
}
