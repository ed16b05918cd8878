import { ApplyError } from '../../apply/resource.ts';

/** Waits for an answer of AWS's client. @throws ApplyError that names the operation and the reason */
export async function sent<Answer>(name: string, answer: Promise<Answer>): Promise<Answer> {
  return answer.catch((error: unknown) => {
    const reason = error instanceof Error ? `${error.name} ${error.message}` : 'the request failed';
    throw new ApplyError(`${name}: ${reason}`, { cause: error });
  });
}
