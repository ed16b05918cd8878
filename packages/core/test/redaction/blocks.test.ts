import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redaction/index.ts';

const redactor = createRedactor({}, undefined);
const redact = (text: string): string =>
  redactor.redactCredentials(text, undefined, redactor.startLine({ placeholders: undefined }));

const PART = 'aB3dE5fG7hJ9kL1mN2pQ4rS6';
const HEADER = 'eyJhbGciOiJIUzI1NiJ9';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('tokens, keys and hashes that no name announces', () => {
  it.each([
    ['of which the key was agreed on directly', `${HEADER}..${PART}.${PART}.${PART}`, '[JWT_1]'],
    ['whose payload is kept apart', `${HEADER}..${PART}`, '[JWT_1]'],
    ['with a space in the header', `eyAiYWxnIjoiSFMyNTYifQ.${PART}.${PART}`, '[JWT_1]'],
    ['of PASETO', `v4.local.${PART}${PART}`, '[API_KEY_1]'],
    ['of bcrypt', `$2b$12$${PART}${PART}12345`, '[SECRET_1]'],
    ['of crypt', `root:$6$saltsalt$${PART}${PART}:19000`, 'root:[SECRET_1]:19000'],
    ['of Argon2', `$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$${PART}`, '[SECRET_1]'],
    ['of LDAP', `userPassword {SSHA}${PART}==`, 'userPassword [SECRET_1]'],
  ])('%s', (_what, text, expected) => expect(redact(`use ${text} now`)).toBe(`use ${expected} now`));

  it.each(['', 'RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED '])('a private key of PEM in Base64: %j', (kind) => {
    const key = base64(`-----BEGIN ${kind}PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END ${kind}PRIVATE KEY-----\n`);
    expect(redact(`client-key-data: ${key}`)).toBe('client-key-data: [PRIVATE_KEY_1]');
  });

  it.each([
    `certificate-authority-data: ${base64('-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n')}`,
    'costs $2 to $15, ${name}, {SHA} of a file, $1$ and $6',
    'eyJ.. and v4.local.host',
  ])('near misses stay: %s', (text) => expect(redact(text)).toBe(text));
});
