/** Phone numbers in addresses that open a chat or a call: `https://wa.me/4915123456789`, `sms:+49…`. */

import { lazy } from '@spanline/record';
import type { Range } from '../rule.ts';

/** Each is read in November 2026. The number has its country code, as E.164 has it, without the plus or with it. */
const LINKS: readonly { readonly source: string; readonly pattern: string }[] = [
  { source: 'https://faq.whatsapp.com/5913398998672934', pattern: String.raw`\bwa\.me/` },
  {
    source: 'https://faq.whatsapp.com/5913398998672934',
    pattern: String.raw`\bwhatsapp(?:\.com|:/)/send/?\?(?:[\w-]{1,32}=[^&\s]{0,256}&){0,8}phone=`,
  },
  {
    source: 'https://core.telegram.org/api/links#phone-number-links',
    pattern: String.raw`\b(?:t|telegram)\.me/(?=\+|%2B)`,
  },
  { source: 'https://core.telegram.org/api/links#phone-number-links', pattern: String.raw`\btg://resolve\?phone=` },
  { source: 'https://signal.me', pattern: String.raw`\bsignal\.me/#p/` },
  { source: 'https://developers.viber.com/docs/tools/deep-links/', pattern: String.raw`\bviber://\w{1,16}\?number=` },
  { source: 'https://developers.zalo.me', pattern: String.raw`\bzalo\.me/` },
  {
    source: 'https://www.rfc-editor.org/rfc/rfc3966',
    pattern: String.raw`\b(?:tel|callto|facetime(?:-audio)?|skype):(?://)?`,
  },
  { source: 'https://www.rfc-editor.org/rfc/rfc5724', pattern: String.raw`\b(?:sms|smsto|mms|mmsto|imessage):(?://)?` },
];
const LINK = lazy(
  () =>
    new RegExp(
      String.raw`(?:${LINKS.map(({ pattern }) => pattern).join('|')})(?<number>(?:\+|%2B|00)?\d(?:[-. ()]{0,2}\d){6,16})(?![\d\p{L}])`,
      'giu',
    ),
);

/** The numbers in the links of a text. */
export function* phoneLinks(text: string): Generator<Range> {
  for (const { 0: link, index, groups } of text.matchAll(LINK())) {
    const end = index + link.length;
    yield { start: end - (groups?.['number'] ?? '').length, end };
  }
}
