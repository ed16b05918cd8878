/** Words that announce a phone number, in the languages of large countries. */
import { lazy, memoize } from '@spanline/record';
import { wordsOf } from '../secrets/secret-names.ts';

/** A number behind one of these is one of a phone, in any country. */
const NOUNS =
  'puhelin|puh|sími|mobitel|telefonszám|telefonnummer|telefonul|tél|tel|tele|tlf|gsm|fono|telemóvel|τηλ|τηλέφωνο|phone|phones|telephone|telefon|telefone|telefono|teléfono|téléphone|telefoon|telp|telepon|handy|handynummer|mobil|mobile|mobilnummer|móvil|movil|cellphone|celular|cellulare|fax|hotline|landline|whatsapp|msisdn|rufnummer|ponsel|điện thoại|sđt|тел|телефон|телефона|мобильный|моб|факс|טלפון|هاتف|جوال|موبایل|تلفن|تلفون|फ़ोन|फोन|मोबाइल|ফোন|মোবাইল';
const OTHER_NOUNS = 'ph|viber|signal|imessage|sms|contact|kontakt|contacto|contato|hp|simu|nomor|cell|cel|portable';
const VERBS =
  'call|calls|called|calling|ring|dial|dialed|text|reach|phoned|callback|anruf|anrufen|ruf|rufen|appelez|appeler|llama|llame|llámame|llamar|marque|ligue|ligar|liga|chiama|chiamare|chiami|bel|bellen|hubungi|gọi|ara|arayın|звоните|позвоните|звонить|اتصل';
const CONNECTED =
  'me|us|him|her|them|at|on|under|via|is|now|today|back|please|no|nr|num|number|numbers|numéro|número|numero|nummer|номер|my|our|your|his|their|the|a|or|and|office|home|work|desk|direct|new|mich|uns|sie|ihn|unter|an|auf|die|au|le|el|il|al|en|es|este|o|para|por|nos|aan|op|do|di|ke|на|по|ist|lautet|est|e';
const OWNED =
  '(?:my|your|his|her|our|their|meine|mein|mon|mi|meu|il mio) (?:number|nummer|numéro|numero|número) (?:is|ist|lautet|est|es|é)';
/** Words of scripts that do not separate words. */
const UNSEPARATED = '电话|電話|手机|手機|热线|携帯|電話番号|전화|휴대폰|โทรศัพท์|มือถือ';
const UNSEPARATED_OTHERS = '拨打|撥打|致电|联系|연락처|โทร';

const CONTEXT = lazy(
  () =>
    new RegExp(
      `(?:(?<![\\p{L}\\p{N}])(?:(?<noun>${NOUNS})|${OTHER_NOUNS}|${VERBS}|${OWNED})(?![\\p{L}])|(?<thing>${UNSEPARATED}|[☎📞📱📲☏])|${UNSEPARATED_OTHERS})(?:[\\s:.#=>()/"'’-]|(?<![\\p{L}])(?:${CONNECTED})(?![\\p{L}])|号码?|是|为|番号|번호|는|은)*$`,
      'iu',
    ),
);
const NAMES = new Set(
  'phone phones telephone telefon telefone telefono tel mobile mobiles cell cellphone celular handy fax whatsapp msisdn'.split(
    ' ',
  ),
);
const NUMBERS = new Set(['number', 'numbers', 'no', 'nr', 'num']);
/** The last words of names of fields that hold a phone number. */
export const PHONE_NAMES: readonly string[] = [...NAMES, ...NUMBERS];
/** Words before `number` that alone do not announce a phone. */
const OWNERS = new Set('contact callback emergency'.split(' '));
const MAX_NAMES = 2000;

/** True for the name of a field that holds a phone number: `phone`, `mobileNumber`, `contact_phone`. */
export const isPhoneName: (name: string) => boolean = memoize(MAX_NAMES, (name) => {
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  return NUMBERS.has(last) ? NAMES.has(before) || OWNERS.has(before) : NAMES.has(last);
});

/** The name of a field: `"mobile_no": "…`. */
const KEY = /(?<![\w-])(?<name>[\w-]{1,40})["']?\s{0,2}[:=]\s{0,2}["']?$/;
const LENGTH = 64;

/** How sure it is that a number is one of a phone: the name or word before it says so, may say so, or there is none. */
export type Announcement = 'named' | 'announced' | 'alone';

/** Reads the end of the text before a number. */
export function announcementBefore(before: string): Announcement {
  const end = before.slice(-LENGTH);
  if (isPhoneName(KEY.exec(end)?.groups?.['name'] ?? '')) return 'named';
  const context = CONTEXT().exec(end);
  if (context === null) return 'alone';
  return context.groups?.['noun'] === undefined && context.groups?.['thing'] === undefined ? 'announced' : 'named';
}
