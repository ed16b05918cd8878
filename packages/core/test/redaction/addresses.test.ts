import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redaction/index.ts';

const redactor = createRedactor({}, undefined);
const redact = (text: string): string =>
  redactor.redact(text, undefined, redactor.startLine({ placeholders: undefined }));

describe('e-mail addresses', () => {
  it.each([
    ['zoe@example。com', '[EMAIL_1]'],
    ['zoe＠example｡org', '[EMAIL_1]'],
    ['git@build7.example.org wrote', '[EMAIL_1] wrote'],
    ['from git@example.org: hello', 'from [EMAIL_1]: hello'],
    ['zoe&#64;example.org', '[EMAIL_1]'],
    ['&lt;zoe@example.org&gt;', '&lt;[EMAIL_1]&gt;'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));

  it.each([
    'git@example.org:acme/repo and git@example.org/acme',
    'git@github.com is the host, hg@bitbucket.org too',
    'ab@cd。 and more',
  ])('near misses stay: %s', (text) => expect(redact(text)).toBe(text));
});

describe('IP addresses', () => {
  it.each([
    ['host 93.184.216.34 is up', 'host [IPV4_1] is up'],
    ['ip-192-0-2-77.ec2.internal', 'ip-[IPV4_1].ec2.internal'],
    ['static-93-12-7-4.example.net', 'static-[IPV4_1].example.net'],
    ['proto v 93.184.216.34', 'proto v [IPV4_1]'],
    ['::ffff:93.184.216.34 is the address', '::ffff:[IPV4_1] is the address'],
    ['peer 64:ff9b::93.184.216.34', 'peer [IPV6_1]'],
    ['peer ::ffff:5db8:d822', 'peer [IPV6_1]'],
    ['route 2a02:8109::/32 and 2a02::7', 'route [IPV6_1]/32 and [IPV6_2]'],
    ['fe80::3e22:fbff:fe8a:109e%eth0', '[IPV6_1]%eth0'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));

  it.each([
    'kernel 5.15.0.91 and Python 3.12.0.1',
    'Firefox 131.0.0.2, Windows 10.0.22631.4460, v.1.2.3.4',
    '<dependency> org.acme:lib:1.2.0.4',
    'ip-127-0-0-1.local and ip-300-1-2-3.local',
    'step-1-2-3-4 and host-1-2',
    '::1 and :: and std::vector::begin and dead::beef and 12:34:56',
    '::ffff:127.0.0.1',
  ])('near misses stay: %s', (text) => expect(redact(text)).toBe(text));
});

describe('hardware addresses', () => {
  it.each([
    ['seen 3c:22:fb:8a:10:9e today', 'seen [MAC_1] today'],
    ['HWaddr 3C-22-FB-8A-10-9E', 'HWaddr [MAC_1]'],
    ['3c:22:fb:8a:10:9e, 3c:22:fb:8a:10:9f', '[MAC_1], [MAC_2]'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));

  it.each([
    'ff:ff:ff:ff:ff:ff is for everybody, 00:00:00:00:00:00 for nobody',
    'fingerprint 3c:22:fb:8a:10:9e:3c:22:fb:8a:10:9e:3c:22:fb:8a',
    'the row 12-34-56-78-90-12 and the run 550e8400-e29b-41d4-a716-446655440000',
    '3c:22:fb and 3c:22:fb:8a:10',
  ])('near misses stay: %s', (text) => expect(redact(text)).toBe(text));
});
