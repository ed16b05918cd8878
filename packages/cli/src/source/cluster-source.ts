/** A cluster named by its URL, with its key out of the environment: arguments are seen by every process. */

import type { ClusterSource } from '@spanline/query';
import type { CommandIo } from '../command.ts';

/** `ES_API_KEY`, or else `ES_BASIC` (`user:password`), unless the URL has a key. */
export function clusterSource(url: string, { ES_API_KEY: apiKey, ES_BASIC: basic }: CommandIo['env']): ClusterSource {
  const { username, password } = new URL(url);
  if (username !== '' || password !== '') return { url };
  if (apiKey) return { url, apiKey };
  return basic ? { url, basic } : { url };
}
