/** Addresses of the Internet Protocol. */

import { isIPv6 } from 'node:net';
import { lazy } from '@spanline/record';
import { textBefore } from '../lines.ts';
import { matching, type Range, type Rule } from '../rule.ts';

const BYTE = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';

/** Words before a number of four parts that is a version, a section, or another number that people count with. */
const COUNTED =
  /(?:\b(?:versions?|ver|sections?|sec|chapters?|clauses?|paragraphs?|para|articles?|art|appendix|annex|figures?|fig|tables?|steps?|items?|rules?|builds?|releases?|revisions?|rev|firmware|drivers?|apps?|kernel|linux|python|firefox|chrome|chromium|safari|opera|java|jdk|openjdk|ruby|php|perl|android|ios|macos|windows|ubuntu|debian|webkit|electron|cuda|sdk|plugin|package|rfc|iso|iec|oid|schema|spec|standard|abschnitt|kapitel|ziffer|absatz|versión|versione|sección|capítulo|seção|versie)|[§第]|\bv\.)[.:=]?\s*["']?(?:\d+(?:\.\d+)*(?:,| and| or| to|\s?[-–])\s?){0,4}$/i;
/** `Chrome/`, `^`, `>=`, `pkg@`: what stands before a version in user agents and lists of packages. */
const VERSIONED = /(?:(?:^|[\s(;,"'])[A-Za-z][\w.+-]{0,40}\/|[~^]|[<>=!~]=\s?|[@/][\w-]{1,64}@)$/;
/** The coordinates of a package of Maven: `org.example:lib:1.0.0.0`. */
const COORDINATES = /(?:^|[\s"'(])[A-Za-z][\w-]{0,40}(?:\.[\w-]{1,40}){1,6}:[A-Za-z][\w.-]{0,64}:$/;
const CONTEXT = 160;
/** The number of a heading: `4.2.1.3 Configuration`. */
const HEADING = /^[1-9]\d?(?:\.[1-4]?\d){3}$/;

function isCounted(value: string, { start, end }: Range, text: string): boolean {
  const before = textBefore(text, start, CONTEXT);
  if (VERSIONED.test(before) || COUNTED.test(before) || COORDINATES.test(before)) return true;
  return HEADING.test(value) && /(?:^|\n)(?:#{1,6} )?$/.test(before) && /^ [A-Z][a-z]+/.test(text.slice(end, end + 8));
}

/** False for 127.*, 0.* and 255.*, which belong to nobody in particular. */
function isPublic(value: string): boolean {
  return !/^(?:0|127|255)[.-]/.test(value);
}

const written = matching(
  lazy(
    () =>
      new RegExp(`(?<![A-Za-z0-9.-]|[A-Za-z0-9]_)${BYTE}(?:\\.${BYTE}){3}(?![A-Za-z0-9-]|_[A-Za-z0-9]|\\.\\d)`, 'g'),
  ),
  (value, at, text) => isPublic(value) && !isCounted(value, at, text),
);
/** The name of a host that is made of its address: `ip-192-0-2-7.ec2.internal`. */
const inName = matching(
  lazy(
    () =>
      new RegExp(
        `(?<![A-Za-z0-9])(?:ip|ec2|host|static|pool|dynamic|dsl|cpe)-(?<value>${BYTE}(?:-${BYTE}){3})(?![\\w-])`,
        'g',
      ),
  ),
  isPublic,
);

export const IPV4: Rule = {
  name: 'IPV4',
  credential: false,
  hints: () => [
    { on: '\\d', then: '\\.\\d{1,3}\\.\\d{1,3}\\.\\d' },
    { on: '\\-', then: '(?<=(?:ip|ec2|host|static|pool|dynamic|dsl|cpe)-)\\d{1,3}-\\d{1,3}-\\d' },
  ],
  *find(text) {
    yield* written(text);
    yield* inName(text);
  },
};

/** Network addresses of the Internet, which begin with 2 or 3 (RFC 4291), also with two groups alone. */
const GLOBAL = /^[23][0-9A-Fa-f]{3}:[^]*::|^[23][0-9A-Fa-f]{3}::/;
/** An address of version 4 in the form of version 6. The rule for version 4 replaces what is in it. */
const MAPPED = /^::ffff:[\d.]+$/i;

function isVersion6(value: string): boolean {
  if (!isIPv6(value) || MAPPED.test(value)) return false;
  return GLOBAL.test(value) || value.split(':').filter((group) => group !== '').length >= 3;
}

export const IPV6: Rule = {
  name: 'IPV6',
  credential: false,
  hints: () => [{ on: ':', then: '[0-9A-Fa-f]{0,4}:' }],
  // Shorter ones than with three groups look like times and names in C++.
  find: matching(
    lazy(
      () =>
        new RegExp(
          `(?<![\\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:${BYTE}(?:\\.${BYTE}){3}|[0-9A-Fa-f]{0,4})(?![\\w:])`,
          'g',
        ),
    ),
    isVersion6,
  ),
};

const PAIR = '[0-9A-Fa-f]{2}';

/** Hardware addresses (IEEE 802), but for those of everybody and of nobody. Longer rows of pairs are fingerprints. */
export const MAC: Rule = {
  name: 'MAC',
  credential: false,
  hints: () => [
    { on: ':', then: `(?<=${PAIR}:)${PAIR}:${PAIR}:` },
    { on: '\\-', then: `(?<=${PAIR}-)${PAIR}-${PAIR}-${PAIR}-` },
  ],
  find: matching(
    lazy(() => new RegExp(`(?<![\\w:.-])${PAIR}(?<sign>[:-])${PAIR}(?:\\k<sign>${PAIR}){4}(?![\\w-]|[:.]\\w)`, 'g')),
    (value) => !/^(?:ff|00)(?:.(?:ff|00)){5}$/i.test(value) && (value.includes(':') || /[a-f]/i.test(value)),
  ),
};
