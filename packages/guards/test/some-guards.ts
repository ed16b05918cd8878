/** Guards for the answers of `provider.ts`. */
import { blockInput, blockOutput, detectors, literals, redactOutput } from '../src/index.ts';

const names = literals({ name: 'code_names', texts: ['Blue Heron'] });
export const REDACT = redactOutput({ rules: detectors({ only: ['EMAIL'] }), failMode: 'closed' });
export const BLOCK = blockOutput({ rules: names, failMode: 'closed' });
export const REPLACE = blockOutput({ rules: names, failMode: 'closed', replacement: 'I cannot answer that.' });
export const INPUT = blockInput({
  rules: literals({ name: 'prompt_injection', texts: ['ignore all'] }),
  failMode: 'closed',
});

/** The error of a promise that must not be kept. */
export async function failure(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return 'it did not fail';
}
