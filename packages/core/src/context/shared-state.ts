/** State that all installed copies of our packages share in one process. */

/**
 * Returns the process-wide state `name`, created at the first call. It lives on `globalThis` under
 * `Symbol.for('spanline.' + name)`, so that a second copy of a package (ESM beside CommonJS, or another version) finds
 * what the first one knows. State whose shape changes between versions needs another name.
 *
 * @param create - makes the state when no copy has
 */
export function sharedState<T>(name: string, create: () => T): T {
  const key = Symbol.for(`spanline.${name}`);
  const states = globalThis as { [key: symbol]: T | undefined };
  return (states[key] ??= create());
}
