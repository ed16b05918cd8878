import { type Check, option, type Shape } from '@spanline/record';
import type { RedactOptions, RedactPaths } from '../../api/index.ts';
import { isRedactPath } from './path-tree.ts';

type Censor = NonNullable<RedactPaths['censor']>;

/** The rule of a list of paths. */
export const redactPathsCheck: Check<readonly string[]> = option.list(
  option.like<string>('a path such as user.email or items[*].secret', isRedactPath),
  'an array of paths',
);

/** The rules of {@link RedactPaths}. */
export const REDACT_PATHS: Shape<RedactPaths> = {
  paths: redactPathsCheck,
  censor: option.anyOf<Censor>(
    option.like<string>('a string', (value) => typeof value === 'string'),
    option.callback<Exclude<Censor, string>>(),
  ),
  remove: option.boolean(),
};

/** The options of redaction, also if they are an array of paths. */
export function redactOptions(given: RedactOptions | readonly string[] | undefined): RedactOptions {
  return isPathList(given) ? { paths: given } : (given ?? {});
}

/** The part of the options that is about paths; `undefined` if there are no paths. */
export function pathOptions(given: RedactOptions | readonly string[] | undefined): RedactPaths | undefined {
  const { paths = [], censor, remove } = redactOptions(given);
  if (paths.length === 0) return undefined;
  return { paths, ...(censor === undefined ? {} : { censor }), ...(remove === undefined ? {} : { remove }) };
}

function isPathList(given: unknown): given is readonly string[] {
  return Array.isArray(given);
}
