import type { Hint } from '../hints.ts';
import type { Range } from '../rule.ts';

/** A way in which texts give a secret its name: an assignment, an element, a command. */
export interface SecretForm {
  readonly hints: () => readonly Hint[];
  readonly find: (text: string) => Iterable<Range>;
}
