/** Texts, and ways to cut them. */
import fc from 'fast-check';

/** Things that the detectors find, and things that look like them. */
const PERSONAL = [
  'jane.doe@example.org',
  '"jane doe"@example.org',
  'jörg@müller.example',
  '4111 1111 1111 1111',
  '4111111111111111',
  '5500-0055-5555-5559',
  'DE89 3704 0044 0532 0130 00',
  'GB82WEST12345698765432',
  '+49 30 901820',
  '(212) 555-0142',
  '078-05-1120',
  '192.0.2.77',
  '2001:db8::8a2e:370:7334',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N',
  'AKIAIOSFODNN7EXAMPLQ',
  'password is Hx7kQ2pL9z',
  'password: Hx7kQ2pL9z',
  'api_key="c2VjcmV0LWtleS0xMjM0NTY3"',
  '482913 is your verification code',
  'Authorization: Bearer abcdef0123456789abcdef',
  'postgres://app:hunter2secret@db.example.org/main',
  '<password>Hx7kQ2pL9z</password>',
  'jane%40example.org',
  'version 4.2.1.3',
  '4.2.1.3 Configuration',
  'icon@2x.png',
  '120000000 rows',
] as const;

const PROSE = [
  'The contract ends in May. ',
  'Ask Ms Doe, ',
  'see page 12 ',
  '\n',
  'Ünïcödé 🧑‍🚀 ',
  'at ',
  '"so" ',
  '1. ',
] as const;

/** Prose with personal data in it. */
export const anyText = fc
  .array(fc.oneof(fc.constantFrom(...PROSE), fc.constantFrom(...PERSONAL), fc.constantFrom(' ', '. ', ', ')), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join(''));

/** Cuts a text at places, which may lie inside of a code point. */
export function cut(text: string, places: readonly number[]): string[] {
  const sorted = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [...sorted, text.length].map((end, index) => text.slice(sorted[index - 1] ?? 0, end));
}

/** Places to cut at. */
export const anyCuts = fc.array(fc.nat({ max: 4000 }), { maxLength: 40 });

export async function* piecesOf<T>(pieces: readonly T[]): AsyncGenerator<T> {
  for (const piece of pieces) yield piece;
}
