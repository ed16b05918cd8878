/** Reads what goes to a model, or what comes from a tool, before the model gets it. */
import type { Engine } from '../guards/engine.ts';
import type { GuardStage } from '../guards/guard-error.ts';
import type { Role } from '../guards/guard.ts';
import { Answer } from './answer.ts';

/** A text that goes to a model. */
interface InputText {
  readonly role: Role;
  readonly text: string;
  /** The text is JSON by its place. @defaultValue false */
  readonly isJson?: boolean;
}

/** Everything that goes to a model in one call. */
export interface Input {
  readonly texts: readonly InputText[];
  /** Fields with text that are not known. */
  readonly unmapped?: readonly string[];
}

/**
 * Reads an input.
 *
 * @throws GuardError if a guard stops it
 */
export async function checkInput(engine: Engine, { texts, unmapped = [] }: Input, stage: GuardStage): Promise<void> {
  if (engine.inputs.length === 0) return;
  const input = new Answer(engine, stage);
  for (const path of unmapped) input.unmapped(path);
  await Promise.all(texts.map(({ role, text, isJson }) => input.whole(isJson === true ? 'json' : 'text', text, role)));
  if (input.stop !== undefined) throw input.stop.error;
  input.done();
}
