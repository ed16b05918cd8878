/** The answer to a request, for a component. */

import { useEffect, useState } from 'preact/hooks';
import { ask, type AskError, faultOf } from './ask.ts';

/** The newest answer, or why there is none. While another one is on its way, the last one stays. */
export interface Asked<Answer> {
  readonly answer?: Answer;
  readonly fault?: AskError;
}

/**
 * Asks whenever the path, a parameter or the revision changes.
 *
 * @param revision - counts changes of the source
 */
export function useAnswer<Answer>(
  path: string,
  parameters: Readonly<Record<string, string>> = {},
  revision = 0,
): Asked<Answer> {
  const [asked, setAsked] = useState<Asked<Answer>>({});
  useEffect(() => {
    const left = new AbortController();
    async function load(): Promise<void> {
      try {
        setAsked({ answer: await ask<Answer>(path, parameters, left.signal) });
      } catch (error) {
        if (left.signal.aborted) return;
        setAsked({ fault: faultOf(error) });
      }
    }
    void load();
    return () => left.abort();
  }, [path, JSON.stringify(parameters), revision]);
  return asked;
}
