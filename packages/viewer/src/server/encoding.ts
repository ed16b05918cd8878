/** Encodings that a client takes. */

import type { IncomingMessage } from 'node:http';

/** True if the client takes gzip: it names it, or `*`, and not with the weight 0 (RFC 9110, 12.5.3). */
export function takesGzip({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const weights = new Map(
    (headers['accept-encoding'] ?? '').split(',').map((entry) => {
      const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      return [name, weight === undefined ? 1 : Number(weight.slice(2))] as const;
    }),
  );
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}
