import { parseFilter } from '@spanline/query';

/**
 * The text of a filter that all of several texts ask for.
 *
 * @throws FilterError for one that cannot be read
 */
export function joinFilters(texts: readonly string[]): string {
  const given = texts.filter((text) => text !== '');
  for (const text of given) parseFilter(text);
  return given.length > 1 ? given.map((text) => `(${text})`).join(' AND ') : (given[0] ?? '');
}
