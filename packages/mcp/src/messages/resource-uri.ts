/** URIs of resources, without what may be a secret. */

/**
 * A URI as far as it names the resource: no user and password, no query, no fragment. Of a URI without a hierarchy,
 * such as `data:`, only the scheme is left. Text that is no URI is left out.
 */
export function resourceUri(given: unknown): string | undefined {
  if (typeof given !== 'string') return undefined;
  const parts = /^(?<scheme>[a-z][a-z0-9+.-]*):(?:\/\/(?:[^/?#]*@)?(?<place>[^?#]*))?/i.exec(given)?.groups;
  if (parts === undefined) return undefined;
  const { scheme = '', place } = parts;
  return place === undefined ? `${scheme}:` : `${scheme}://${place}`;
}
