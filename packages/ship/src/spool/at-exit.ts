const hooks = new Set<() => void>();

function onExit(): void {
  for (const hook of hooks) hook();
}

/** Calls a function when the process exits. All functions share one listener. @returns a function that removes it */
export function atExit(hook: () => void): () => void {
  if (hooks.size === 0) process.on('exit', onExit);
  hooks.add(hook);
  return () => {
    hooks.delete(hook);
    if (hooks.size === 0) process.off('exit', onExit);
  };
}
