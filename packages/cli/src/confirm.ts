/** A question at the terminal. */
import { createInterface } from 'node:readline';
import type { CommandIo } from './command.ts';

/** Asks. Everything but a yes is a no, also the end of the input and Ctrl-C. @param ask - prints the question */
export async function isConfirmed({ stdin, stop }: CommandIo, ask: () => void): Promise<boolean> {
  ask();
  const lines = createInterface({ input: stdin });
  const answer = await new Promise<string>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(''));
    if (stop.aborted) lines.close();
    stop.addEventListener('abort', () => lines.close(), { once: true });
  });
  lines.close();
  return !stop.aborted && /^y(?:es)?$/i.test(answer.trim());
}
