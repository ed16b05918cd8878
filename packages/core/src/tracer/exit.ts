import { sharedState } from '../context/index.ts';

/** Called when the process ends; must be synchronous. */
export type ExitHook = () => void;

/** One `exit` listener runs the hooks of all tracers and of all copies of this package. */
function listenToExit(): Set<ExitHook> {
  const hooks = new Set<ExitHook>();
  process.on('exit', () => {
    for (const hook of hooks) {
      try {
        hook();
      } catch {
        // The process is ending; the remaining hooks still get their turn.
      }
    }
  });
  return hooks;
}

/**
 * Runs `hook` when the process ends: normally, by `process.exit` or by an uncaught error. Not by a signal that nobody handles: a listener of ours
 * would change what the signal does to the host. Returns how to remove it.
 */
export function onProcessExit(hook: ExitHook): () => void {
  const hooks = sharedState('exit', listenToExit);
  hooks.add(hook);
  return () => void hooks.delete(hook);
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Runs `hook` when the process is told to end, before anyone else hears of it. The listener steps out of the way at once: libraries that count listeners find themselves alone, and where nobody else listens the
 * signal does what it would have done. Only for what would be lost otherwise. Returns how to remove it.
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
