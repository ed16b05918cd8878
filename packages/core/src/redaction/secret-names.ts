import { memoize } from '@spanline/record';

/** Names of secrets, as a pattern: in `password=…`, and as the name of a field. */
export const SECRET_WORDS =
  'pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|secret[_-]?key|private[_-]?key|client[_-]?secret|credentials?|authorization|auth';

const SECRET_NAME = new RegExp(
  `^(?:.{0,64}[_.-])?(?:${SECRET_WORDS}|set-cookie|cookie|x-api-key|(?:access|refresh|id|auth|session|bearer)[_-]?token)$|(?:Password|Secret|ApiKey|AccessToken|RefreshToken|PrivateKey)$`,
  'i',
);
const MAX_LENGTH = 64;
const MAX_NAMES = 2000;

/**
 * True for the name of a field whose value is a secret, whatever it looks like: `password`, `x-api-key`,
 * `client_secret`.
 */
export const isSecretName: (name: string) => boolean = memoize(
  MAX_NAMES,
  (name) => name.length <= MAX_LENGTH && SECRET_NAME.test(name),
);
