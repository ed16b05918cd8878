/** Words before a phone number that tell that it is one, in the languages of large countries. */
import { memoize } from '@spanline/record';
import { wordsOf } from '../secrets/secret-names.ts';

const NOUNS =
  'tel|tele|tlf|gsm|fono|telemóvel|τηλ|τηλέφωνο|phone|phones|telephone|telefon|telefone|telefono|teléfono|téléphone|telefoon|telefonnummer|telp|telepon|handy|handynummer|mobil|mobile|mobilnummer|móvil|movil|cell|cellphone|celular|cellulare|cel|portable|fax|hotline|landline|whatsapp|viber|signal|imessage|sms|msisdn|contact|kontakt|contacto|contato|rufnummer|hp|ponsel|simu|nomor|điện thoại|sđt|тел|телефон|телефона|мобильный|моб|факс|טלפון|هاتف|جوال|موبایل|تلفن|تلفون|फ़ोन|फोन|मोबाइल|ফোন|মোবাইল';
const VERBS =
  'call|calls|called|calling|ring|dial|dialed|text|reach|phoned|callback|anruf|anrufen|ruf|rufen|appelez|appeler|llama|llame|llámame|llamar|marque|ligue|ligar|liga|chiama|chiamare|chiami|bel|bellen|hubungi|gọi|ara|arayın|звоните|позвоните|звонить|اتصل';
const CONNECTED =
  'me|us|him|her|them|at|on|under|via|is|now|today|back|please|no|nr|num|number|numbers|numéro|número|numero|nummer|номер|my|our|your|his|their|the|a|or|and|office|home|work|desk|direct|new|mich|uns|sie|ihn|unter|an|auf|die|au|le|el|il|al|en|es|este|o|para|por|nos|aan|op|do|di|ke|на|по|ist|lautet|est|e';
const OWNED =
  '(?:my|your|his|her|our|their|meine|mein|mon|mi|meu|il mio) (?:number|nummer|numéro|numero|número) (?:is|ist|lautet|est|es|é)';
/** Words of scripts that do not separate words. */
const UNSEPARATED = '电话|電話|拨打|撥打|手机|手機|致电|热线|联系|携帯|電話番号|전화|휴대폰|연락처|โทร|โทรศัพท์|มือถือ';

const CONTEXT = new RegExp(
  `(?:(?<![\\p{L}\\p{N}])(?:${NOUNS}|${VERBS}|${OWNED})(?![\\p{L}])|${UNSEPARATED}|[☎📞📱📲☏])(?:[\\s:.#=>()/"'’-]|(?<![\\p{L}])(?:${CONNECTED})(?![\\p{L}])|号码?|是|为|番号|번호|는|은)*$`,
  'iu',
);
const NAMES = new Set(
  'phone telephone telefon telefone telefono tel mobile cell cellphone celular handy fax whatsapp msisdn'.split(' '),
);
const NUMBERS = new Set(['number', 'numbers', 'no', 'nr', 'num']);
/** Words before `number` that alone do not tell of a phone. */
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

/** True for text that announces a phone number. */
export function announcesPhone(before: string): boolean {
  const end = before.slice(-LENGTH);
  return CONTEXT.test(end) || isPhoneName(KEY.exec(end)?.groups?.['name'] ?? '');
}
