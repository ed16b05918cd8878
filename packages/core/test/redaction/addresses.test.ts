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
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));

  it.each([
    'kernel 5.15.0.91 and Python 3.12.0.1',
    'Firefox 131.0.0.2, Windows 10.0.22631.4460, v.1.2.3.4',
    '<dependency> org.acme:lib:1.2.0.4',
    'ip-127-0-0-1.local and ip-300-1-2-3.local',
    'step-1-2-3-4 and host-1-2',
  ])('near misses stay: %s', (text) => expect(redact(text)).toBe(text));
});
