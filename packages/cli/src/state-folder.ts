import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$XDG_STATE_HOME/spanline`, or `~/.local/state/spanline`. */
export function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME: state } = env;
  return join(state === undefined || state === '' ? join(homedir(), '.local', 'state') : state, 'spanline');
}
