/** Why an evaluator failed, in words that may leave the process. */
import { SpanlineError } from '@spanline/record';

/**
 * Says what an evaluator threw. The message of a foreign error may quote the answer (`JSON.parse` does), which capture
 * would keep back: only its class and code are named.
 */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'it threw a value that is no error';
  if (error instanceof SpanlineError || error.name === 'JudgeError') return error.message;
  const { code } = error as { code?: unknown };
  const name = /^\w{1,60}$/.test(error.name) ? error.name : 'Error';
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? `${name} ${code}` : name;
}
