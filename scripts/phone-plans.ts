/**
 * Writes packages/core/src/redaction/phones/plans.ts from the metadata of libphonenumber-js: how national numbers of
 * large countries begin, how long they are, and how they are grouped. The package itself takes 10 MB on the disk.
 * Usage: pnpm phone-plans
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The twenty countries with the most people, and the twenty with the largest economies. */
const COUNTRIES =
  'IN CN US ID PK NG BR BD RU ET MX JP EG PH CD VN IR TR DE TH GB FR IT ZA KR ES CA AU NL PL CH SA AT BE SE'.split(' ');

/** Pattern, format, what the number begins with, how it is written with its prefix. */
type Format = readonly [pattern: string, format: string, leading?: readonly string[], prefixed?: string | number];
type Country = readonly [
  code: string,
  idd: string,
  national: string,
  lengths: unknown,
  formats?: readonly Format[],
  prefix?: string,
];

interface Metadata {
  readonly countries: Readonly<Record<string, Country>>;
}

const require = createRequire(import.meta.url);
const { countries } = require('libphonenumber-js/metadata.min.json') as Metadata;
const { version } = require('libphonenumber-js/package.json') as { version: string };

const quoted = (text: string): string => (text.includes('\\') ? `String.raw\`${text}\`` : `'${text}'`);

function planOf(country: string): string {
  const metadata = countries[country];
  if (metadata === undefined) throw new Error(`no metadata for ${country}`);
  const [code, , national, , formats = [], prefix] = metadata;
  const rows = (formats || []).map(
    ([pattern, , leading = []]) => `[${quoted(pattern)}, ${quoted(leading.at(-1) ?? '')}]`,
  );
  return `  { country: '${country}', code: '${code}', prefix: '${prefix || ''}', national: ${quoted(national)}, formats: [${rows.join(', ')}] },`;
}

// Canada has the formats of the United States.
const plans = COUNTRIES.filter((country) => country !== 'CA').map(planOf);
const file = `/**
 * National numbers of large countries. Made by \`pnpm phone-plans\` from the metadata of libphonenumber-js ${version} (MIT),
 * which is made from Google's libphonenumber (Apache-2.0).
 */

import type { PhonePlan } from './phone-plan.ts';

/** Made at the first number that looks like one of a phone. */
export const phonePlans = (): readonly PhonePlan[] => [
${plans.join('\n')}
];
`;
writeFileSync(join(import.meta.dirname, '../packages/core/src/redaction/phones/plans.ts'), file);
