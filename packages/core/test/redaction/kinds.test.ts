import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redaction/index.ts';

const redactor = createRedactor({}, undefined);
const redact = (text: string, name?: string): string =>
  redactor.redact(text, name, redactor.startLine({ placeholders: undefined }));

describe('any spelling of a text', () => {
  it.each([
    ['zoe\u0301@example.org came', '[EMAIL_1] came'],
    ['ｚｏｅ＠ｅｘａｍｐｌｅ．ｏｒｇ', '[EMAIL_1]'],
    ['zo\u00ade@example.org', '[EMAIL_1]'],
    ['call\u00a0+44\u00a020\u00a07946\u00a00018 now', 'call\u00a0[PHONE_1] now'],
    ['5555\u200b5555\u200b5555\u200b4444', '[CARD_1]'],
    ['5555\u20135555\u20135555\u20134444', '[CARD_1]'],
    ['هاتف ٠١٠ ١٢٣٤ ٥٦٧٨', 'هاتف [PHONE_1]'],
    ['to=zoe%40example.org&n=1', 'to=[EMAIL_1]&n=1'],
    [String.raw`Zo\u00eb@example.org`, '[EMAIL_1]'],
    ['10\u00a0000\u00a0000 € in 12\u202f345 rows', '10\u00a0000\u00a0000 € in 12\u202f345 rows'],
    ['jos%E9%40example.org', '[EMAIL_1]'],
    ['zoe&commat;example&period;org', '[EMAIL_1]'],
    [String.raw`zoe\x40example.org`, '[EMAIL_1]'],
    ['“quotes” – and dashes — stay…', '“quotes” – and dashes — stay…'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));
});

describe('numbers beside numbers', () => {
  it.each([
    ['5555 5555 5555 4444 11/28', '[CARD_1] 11/28'],
    ['5555555555554444 1128 123', '[CARD_1] 1128 123'],
    ['55555555555544441128', '[CARD_1]1128'],
    ['9,5555555555554444,2028', '9,[CARD_1],2028'],
    ['5555_5555_5555_4444', '[CARD_1]'],
    ['card\n5555\n5555\n5555\n4444\nvalid 11/28', 'card\n[CARD_1]\nvalid 11/28'],
    ['5555\r\n5555\r\n5555\r\n4444 or 5555 \n 5555 \n 5555 \n 4444', '[CARD_1] or [CARD_2]'],
    ['3782\n822463\n10005', '[CARD_1]'],
    ['5555\n5555\n5555\n4444\n11/28', '[CARD_1]\n11/28'],
    ['5555\n5555\n5555\n4444\n4821', '5555\n5555\n5555\n4444\n4821'],
    ['5555\n5555\n5555\n4445', '5555\n5555\n5555\n4445'],
    ['GB82 WEST 1234 5698 7654 32 04/27', '[IBAN_1] 04/27'],
    ['gb82west12345698765432', '[IBAN_1]'],
    ['GB 82 WEST 1234 5698 7654 32', '[IBAN_1]'],
    ['IBANGB82WEST12345698765432', 'IBAN[IBAN_1]'],
    ['GB82  WEST  1234  5698  7654  32', '[IBAN_1]'],
    ['GB82 WEST 1234\n5698 7654 32', '[IBAN_1]'],
    ['_5555555555554444_ or **5555555555554444**', '_[CARD_1]_ or **[CARD_1]**'],
    ['_203.0.113.7_, _+4915123456789_, _123-45-6789_', '_[IPV4_1]_, _[PHONE_1]_, _[SSN_1]_'],
    ['a_5555555555554444_b v_203.0.113.7', 'a_5555555555554444_b v_203.0.113.7'],
    ['share 0.5555555555554444 of 1', 'share 0.5555555555554444 of 1'],
    ['id A5555555555554444B', 'id A5555555555554444B'],
    ['5555555555554444000000000000000000000000', '5555555555554444000000000000000000000000'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));
});

describe('phone numbers at home', () => {
  it.each([
    ['ring 020 7946 0018', 'ring [PHONE_1]'],
    ['Tel.: 030/901820', 'Tel.: [PHONE_1]'],
    ['06 12 34 56 78', '[PHONE_1]'],
    ['(11) 98765-4321', '[PHONE_1]'],
    ['WhatsApp 98765 43210', 'WhatsApp [PHONE_1]'],
    ['電話 03-1234-5678', '電話 [PHONE_1]'],
    ['415.555.0132', '[PHONE_1]'],
    ['0049 151 23456789', '[PHONE_1]'],
    ['write to https://wa.me/4915123456789?text=hi', 'write to https://wa.me/[PHONE_1]?text=hi'],
    ['wa.me/4915123456789', 'wa.me/[PHONE_1]'],
    ['api.whatsapp.com/send?text=hi&phone=4915123456789', 'api.whatsapp.com/send?text=hi&phone=[PHONE_1]'],
    ['viber://chat?number=%2B4915123456789', 'viber://chat?number=[PHONE_1]'],
    [
      'https://t.me/+4915123456789 and signal.me/#p/+4915123456789',
      'https://t.me/[PHONE_1] and signal.me/#p/[PHONE_1]',
    ],
    ['<a href="sms:+4915123456789">', '<a href="sms:[PHONE_1]">'],
    ['wa.me/message/ABCDEF1234567 and t.me/c/1234567890/12', 'wa.me/message/ABCDEF1234567 and t.me/c/1234567890/12'],
    ['call order 4502-118-2231 of 2026-11-29', 'call order 4502-118-2231 of 2026-11-29'],
    ['call at 10:30 on 12.11.2026', 'call at 10:30 on 12.11.2026'],
    ['sizes 256 512 1024', 'sizes 256 512 1024'],
    ['+52.520008, +13.404954', '+52.520008, +13.404954'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));

  it('under the name of a field', () => {
    expect(redact('030 901820', 'contactPhone')).toBe('[PHONE_1]');
    expect(redact('030 901820', 'article')).toBe('030 901820');
  });
});

describe('what debugging needs stays', () => {
  it.each([
    'Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.86',
    'section 4.2.1.3 and 4.2.1.4, version 10.0.22631.4460, ^1.2.3.4',
    'git@github.com:acme/repo.git',
    'sha512-4111111111111111abcd== and 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'lodash@4.17.21.tgz and icon@2x.png',
    'docker run -u 1000:1000 image',
    'meet (at) noon, list[at] and f(a) of x',
    'key:value@3.2.1 and 10:30@noon',
    'https://example.org/@ann/posts and http://localhost:8080/files/@2x/a.png',
  ])('%s', (text) => expect(redact(text)).toBe(text));
});

describe('the whole of a thing is gone', () => {
  it.each([
    ["mail d'arcy@example.ie", 'mail [EMAIL_1]'],
    ['a/b&c@example.org', '[EMAIL_1]'],
    ['anna😀@example.org, 😀@example.org', '[EMAIL_1], [EMAIL_2]'],
    ['📧zoe@example.org', '📧[EMAIL_1]'],
    ['zoe(at)example.org or zoe [at] example [dot] org', '[EMAIL_1] or [EMAIL_2]'],
    [String.raw`"zoe\"x"@example.org`, '[EMAIL_1]'],
    ['mysql://app:a/b@c?d#e@db/x', 'mysql://app:[CONNECTION_STRING_1]@db/x'],
    ["curl -s -u ann:olive 'https://x'", "curl -s -u ann:[CREDENTIAL_1] 'https://x'"],
    ['Cookie: theme=dark; sid=olive7', 'Cookie: theme=[CREDENTIAL_1]; sid=[CREDENTIAL_2]'],
    ['verification code: 482913, cvv: 123', 'verification code: [SECRET_1], cvv: [SECRET_2]'],
    ['?X-Amz-Signature=0f1e2d3c4b5a69788796a5b4c3d2e1f0', '?X-Amz-Signature=[SECRET_1]'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));
});
