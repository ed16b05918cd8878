/** Calls whose texts no guard can read. */
import type { Engine } from '../guards/engine.ts';
import { Answer } from './answer.ts';
import { checkInput } from './input.ts';

/**
 * Fails the guards of a call: closed ones stop it, open ones let it pass.
 *
 * @param name - what cannot be read, such as `asResponse()`
 * @throws GuardError
 */
export async function passUnread(engine: Engine, name: string): Promise<void> {
  await checkInput(engine, { texts: [], unmapped: [name] }, 'input');
  if (engine.outputs.length > 0) refuseAnswer(engine, name);
}

/** Fails the guards of an answer. @throws GuardError */
export function refuseAnswer(engine: Engine, name: string): void {
  const answer = new Answer(engine, 'output');
  answer.unmapped(name);
  if (answer.stop !== undefined) throw answer.stop.error;
  answer.done();
}
