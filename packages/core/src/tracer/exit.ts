/** Hooks into the end of the process. */
import { sharedState } from '../context/index.ts';

/** Runs when the process ends. It must be synchronous. */
export type ExitHook = () => void;

/** One `exit` listener runs the hooks of all tracers and of all copies of this package. */
function listenToExit(): Set<ExitHook> {
  const hooks = new Set<ExitHook>();
  process.on('exit', () => {
    for (const hook of hooks) {
      try {
        hook();
      } catch {
        // The process is ending. The other hooks still run.
      }
    }
  });
  return hooks;
}

/**
 * Runs `hook` when the process ends: normally, by `process.exit`, or by an uncaught error. It does not run for a signal
 * that nobody handles: a signal listener would change what the signal does to the application.
 *
 * @returns a function that removes the hook
 */
export function onProcessExit(hook: ExitHook): () => void {
  const hooks = sharedState('exit', listenToExit);
  hooks.add(hook);
  return () => void hooks.delete(hook);
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Runs `hook` at SIGTERM or SIGINT, before the other listeners. The listener removes itself first, so that libraries
 * which count listeners find no other one. If there are none, the signal is sent again and does what it would have
 * done. Use it only for what is lost otherwise.
 *
 * @returns a function that removes the hook
 */
export function onTermination(hook: ExitHook): () => void {
  const listeners = SIGNALS.map((signal) => {
    const listener = (): void => {
      remove();
      hook();
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    };
    process.prependListener(signal, listener);
    return { signal, listener };
  });
  function remove(): void {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  }
  return remove;
}
