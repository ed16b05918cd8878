const last = new Set<() => void>();

function onExit(): void {
  for (const act of last) act();
}

/** Calls a function when the process exits, with one listener however many there are. @returns the function that takes it back */
export function atExit(act: () => void): () => void {
  if (last.size === 0) process.on('exit', onExit);
  last.add(act);
  return () => {
    last.delete(act);
    if (last.size === 0) process.off('exit', onExit);
  };
}
