/** Called when the process ends; must be synchronous. */
export type ExitHook = () => void;

const KEY = Symbol.for('spanline.exit');

/** One listener per process, whatever number of tracers and copies of this package. */
function hooks(): Set<ExitHook> {
  const host = globalThis as { [KEY]?: Set<ExitHook> };
  if (host[KEY] === undefined) {
    const all = (host[KEY] = new Set<ExitHook>());
    process.on('exit', () => {
      for (const hook of all) {
        try {
          hook();
        } catch {
          // The process is ending; the remaining hooks still get their turn.
        }
      }
    });
  }
  return host[KEY];
}

/**
 * Runs `hook` when the process ends: normally, by `process.exit` or by an uncaught error. Not by a signal that nobody handles: a listener of ours
 * would change what the signal does to the host. Returns how to remove it.
 */
export function onProcessExit(hook: ExitHook): () => void {
  const all = hooks();
  all.add(hook);
  return () => void all.delete(hook);
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
