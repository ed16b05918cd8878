/**
 * A value that is made when it is first asked for. What few calls need, such as a long pattern or an index of a table,
 * then costs nothing when a program starts.
 */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
