import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redaction/index.ts';

const redactor = createRedactor({}, undefined);
const redact = (text: string): string =>
  redactor.redact(text, undefined, redactor.startLine({ placeholders: undefined }));

describe('columns of tables that are named like secrets and phone numbers', () => {
  it.each([
    [
      'user,password,token\nann,olivegrove,abc123xyz\nbob,hill,zzz999\n',
      'user,password,token\nann,[SECRET_1],[SECRET_2]\nbob,[SECRET_3],[SECRET_4]\n',
    ],
    ['here:\n\n"user";"api_key"\n"ann";"olive; ""grove"" x"\n', 'here:\n\n"user";"api_key"\n"ann";"[SECRET_1]"\n'],
    ['id\tpassword\tname\r\n1\tolivegrove\tann\r\n', 'id\tpassword\tname\r\n1\t[SECRET_1]\tann\r\n'],
    [
      '| name | API key |\n|---|:---:|\n| ann | `olivegrove` |\n',
      '| name | API key |\n|---|:---:|\n| ann | `[SECRET_1]` |\n',
    ],
    [
      '+------+----------+\n| user | password |\n+------+----------+\n| ann  | olive    |',
      '+------+----------+\n| user | password |\n+------+----------+\n| ann  | [SECRET_1]    |',
    ],
    ['id,token\n1,abc123xyz\n', 'id,token\n1,[SECRET_1]\n'],
    ['| id | Secret |\n|---|---|\n| 1 | abc123xyz |', '| id | Secret |\n|---|---|\n| 1 | [SECRET_1] |'],
    ['id;pwd\n1;olivegrove', 'id;pwd\n1;[SECRET_1]'],
    ['session_cookie\tid\nabc123xyz\t1', 'session_cookie\tid\n[SECRET_1]\t1'],
    ['| name | phone |\n|---|---|\n| ann | 0301234567 |', '| name | phone |\n|---|---|\n| ann | [PHONE_1] |'],
    [`user,password\n${'ann,-\n'.repeat(50)}bob,olivegrove`, `user,password\n${'ann,-\n'.repeat(50)}bob,[SECRET_1]`],
  ])('%j', (text, expected) => expect(redact(text)).toBe(expected));

  it.each([
    '| Field | Type |\n|---|---|\n| password | string |\n| token | text |',
    '| Parameter | Description |\n|---|---|\n| api_key | Your API key |',
    '| Plan | Password |\n|---|---|\n| free | not required |\n| team | yes |',
    '| Username | Password |\n|---|---|\n| Your name | Your password |\n| the login | the password of the user |',
    'Please send us your name, password\nand then wait, thanks',
    'language,password\nGerman,Passwort\nFrench,mot de passe',
    'token,count\nthe,532\nhouse,4',
    'key,value\ncolor,red12345\nsize,10',
    'cookie,purpose\nsession_id,keeps you signed in',
    'user,password_changed_at\nann,2026-01-01',
    'pin,function\n13,LED\n12,reset',
    'name,password\n\nann,olivegrove',
  ])('near misses stay: %j', (text) => expect(redact(text)).toBe(text));
});
