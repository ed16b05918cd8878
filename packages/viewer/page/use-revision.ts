/** Changes of the log, for a component that reads it again. */

import { useEffect, useState } from 'preact/hooks';
import { watch } from './ask.ts';

/** Milliseconds after a change of the log until it is read again. */
const SETTLE_MS = 500;

/** Counts changes of the log, a moment after the last one. */
export function useRevision(): number {
  const [revision, setRevision] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unwatch = watch(() => {
      clearTimeout(timer);
      timer = setTimeout(() => setRevision((count) => count + 1), SETTLE_MS);
    });
    return () => {
      clearTimeout(timer);
      unwatch();
    };
  }, []);
  return revision;
}
