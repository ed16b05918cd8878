/** E-mail addresses (RFC 5321, and RFC 6531 for letters of all scripts). */

import { lazy } from '@spanline/record';
import { matchAt, textBefore } from './lines.ts';
import { MASK, matching, type Range, type Rule } from './rule.ts';

const LABEL = '[\\p{L}\\p{N}](?:[\\p{L}\\p{N}\\p{M}_-]{0,61}[\\p{L}\\p{N}\\p{M}])?';
const DOMAIN = lazy(
  () =>
    new RegExp(
      `@(?:(?:${LABEL}\\.){1,8}(?:xn--[a-z0-9-]{2,59}|\\p{L}[\\p{L}\\p{M}]{1,23})(?![\\p{L}\\p{N}\\p{M}])|\\[(?:IPv6:)?[\\da-fA-F:.]{3,45}\\])`,
      'uy',
    ),
);
/** Full stops of Chinese and Japanese, which browsers read as dots (UTS #46). */
const WIDE_DOMAIN = lazy(
  () => new RegExp(`@(?:${LABEL}[.\u3002\uff61]){1,8}[A-Za-z]{2,24}(?![\\p{L}\\p{N}\\p{M}])`, 'uy'),
);
const LOCAL = lazy(
  () =>
    new RegExp(
      '(?:"(?:[^"\\\\\\r\\n]|\\\\[^\\r\\n]){1,62}"|[\\p{L}\\p{N}\\p{M}\\p{Extended_Pictographic}\\p{EMod}.!#$%&\'*+/=?^_`{|}~-]{1,64})$',
      'u',
    ),
);
/** Signs that may be part of an address, but at its beginning belong to the text around it. */
const OPENING = /^[.'`*{|}~=?/&#$%^]+/;
/** Pictures in front of an address, which may also be all of its name. */
const PICTURES = lazy(
  () => new RegExp(String.raw`^(?:(?![\p{N}#*])[\p{Extended_Pictographic}\p{EMod}])+(?=[\p{L}\p{N}])`, 'u'),
);
/** Written out, as people hide an address from robots: `jane (at) example [dot] com`. */
const OPEN_SIGN = '\\s{0,2}[(\\[{<]\\s?';
const CLOSE_SIGN = '\\s?[)\\]}>]\\s{0,2}';
const SPELLED = lazy(
  () =>
    new RegExp(
      `(?<![\\p{L}\\p{N}._+-])(?<value>[\\p{L}\\p{N}][\\p{L}\\p{N}._+-]{0,63}${OPEN_SIGN}(?:at|ät|a|arroba|chez)${CLOSE_SIGN}[\\p{L}\\p{N}-]{1,63}(?:(?:\\.|${OPEN_SIGN}(?:dot|punkt|punto|point|ponto)${CLOSE_SIGN})[\\p{L}\\p{N}-]{1,63}){1,4})(?![\\p{L}\\p{N}])`,
      'giu',
    ),
);
const spelledOut = matching(SPELLED);
/** A parameter of an address or of a form: `?to=`, `a=1&email=`. */
const PARAMETER = /^(?:.*[?&])?[A-Za-z_][\w.-]*=/;
/** The path of an address or of a file. */
const IN_PATH = /:\/\/|^[.~]{0,2}\/|\/.*\//;
const TOKEN = /[^\s"'`<>()[\]{},;]*$/;
/** Packages with a version, images for a screen: `pkg@1.2.3.tgz`, `icon@2x.png`. */
const NO_DOMAIN = lazy(() => new RegExp(String.raw`^@(?:\d+(?:\.\d+)+\.|[\d.]+x\.)\p{L}+$`, 'u'));
/** Accounts of servers, not of people, where a path follows or a host of repositories is meant. */
const SERVICES = new Set(['git', 'hg']);
const REPOSITORY_HOST = /^@(?:[\w.-]{1,64}\.)?(?:github|gitlab|bitbucket)\.[a-z]{2,10}$/i;
const MAX_LOCAL = 64;

/** The part before the sign, without what belongs to the text before it. */
function localPart(before: string): string {
  let local = LOCAL().exec(before)?.[0] ?? '';
  if (local.startsWith('"')) return local;
  // `\njane`: a letter that a backslash makes a line break is none of a name.
  if (before.slice(0, before.length - local.length).endsWith('\\')) local = local.replace(/^[nrtbf]/, '');
  local = local.replace(PARAMETER, '');
  if (local.includes('/') && IN_PATH.test(TOKEN.exec(before)?.[0] ?? ''))
    local = local.slice(local.lastIndexOf('/') + 1);
  return local.replace(OPENING, '').replace(PICTURES(), '');
}

function* addressesIn(text: string): Generator<Range> {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const domain = (matchAt(DOMAIN(), text, at) ?? matchAt(WIDE_DOMAIN(), text, at))?.[0];
    if (domain === undefined || NO_DOMAIN().test(domain)) continue;
    const local = localPart(textBefore(text, at, MAX_LOCAL + 16).replaceAll(MASK, ' '));
    const end = at + domain.length;
    const isPath = /[:/]/.test(text.charAt(end)) && /\S/.test(text.charAt(end + 1));
    if (local === '' || (SERVICES.has(local) && (isPath || REPOSITORY_HOST.test(domain)))) continue;
    yield { start: at - local.length, end };
  }
}

function* emailsIn(text: string): Generator<Range> {
  yield* spelledOut(text);
  yield* addressesIn(text);
}

export const EMAIL: Rule = {
  name: 'EMAIL',
  credential: false,
  hints: () => [
    { on: '@', then: '' },
    { on: '(\\[{', then: '\\s?(?:[aA][tT]|ät|a|arroba|chez)\\s?[)\\]}]' },
  ],
  find: emailsIn,
  findInStream: addressesIn,
};
