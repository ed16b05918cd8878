/** The template of a route. Next gives a handler the parameters only: the template follows from them and the path. */

/** Values of `[id]`, of `[...path]` and of `[[...path]]`. */
export type Params = Readonly<Record<string, string | readonly string[] | undefined>>;

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Where `values` stand among the segments; `undefined` if nowhere or at several places. */
function placeOf(segments: readonly string[], values: readonly string[]): number | undefined {
  const places = segments.flatMap((_, from) =>
    values.every((value, index) => {
      const segment = segments[from + index];
      return segment === value || (segment !== undefined && decoded(segment) === value);
    })
      ? [from]
      : [],
  );
  return places.length === 1 ? places[0] : undefined;
}

/**
 * Returns the template of a route, `/api/chat/[id]`, in the form of the names of the folders.
 *
 * @returns `undefined` if the path has a parameter's value at two places, or nowhere
 */
export function templateOf(pathname: string, params: Params): string | undefined {
  const segments = pathname.split('/');
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    const values = typeof value === 'string' ? [value] : value;
    const from = placeOf(segments, values);
    if (from === undefined || values.length === 0) return undefined;
    segments.splice(from, values.length, typeof value === 'string' ? `[${name}]` : `[...${name}]`);
  }
  return segments.join('/');
}
