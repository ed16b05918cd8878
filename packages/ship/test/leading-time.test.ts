import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { timeOfText } from '../src/reading/leading-time.ts';

describe('the time of a line of text', () => {
  // Some forms have no year.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 5, 1) }));
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['PostgreSQL', '2026-03-04 10:20:30.456 UTC [7] LOG:  ready', '.456'],
    ['PostgreSQL, csvlog', '2026-03-04 10:20:30.456 UTC,"u","d",7,"x",1,,LOG,00000,"hi"', '.456'],
    ['python', '2026-03-04 10:20:30,456 - app - INFO - up', '.456'],
    ['log4j, with a level behind the time', '2026-03-04 10:20:30.456 INFO main - up', '.456'],
    ['Spring', '2026-03-04T11:20:30.456+01:00  INFO 7 --- [main] c.e.App : up', '.456'],
    ['gunicorn', '[2026-03-04 12:20:30 +0200] [7] [INFO] Booting', '.000'],
    ['Kafka', '[2026-03-04 10:20:30,456] INFO started (kafka)', '.456'],
    ['Java', '[2026-03-04T10:20:30.456+0000][0.012s][info][gc] x', '.456'],
    ['IIS', '2026-03-04 10:20:30 10.0.0.1 GET /x - 443 - 1.2.3.4 UA 200 0 0 15', '.000'],
    ['the error log of nginx', '2026/03/04 10:20:30 [error] 7#7: *1 open() failed', '.000'],
    ['an access log', '1.2.3.4 - - [04/Mar/2026:12:20:30 +0200] "GET / HTTP/1.1" 200 1', '.000'],
    ['the error log of Apache', '[Wed Mar 04 10:20:30.456789 2026] [core:error] [pid 7] x', '.456789'],
    ['syslog (RFC 3164)', '<34>Mar  4 10:20:30 host su: failed', '.000'],
    ['syslog (RFC 5424)', '<165>1 2026-03-04T10:20:30.456789Z host app 7 - - hello', '.456789'],
    ['HAProxy', 'Mar  4 10:20:30 lb haproxy[7]: 10.0.0.1:33317 [04/Mar/2026:10:20:30.456] fe be/s', '.000'],
    ['journald', 'Mar 04 10:20:30.456789 host app[7]: hello', '.456789'],
    ['Cisco', 'Mar  4 2026 10:20:30: %ASA-6-1: x', '.000'],
    ['Heroku', '2026-03-04T10:20:30.456789+00:00 app[web.1]: hello', '.456789'],
    ["Go's slog", 'time=2026-03-04T10:20:30.456Z level=INFO msg="a b" k=1', '.456'],
    ['logfmt', 'ts="2026-03-04 10:20:30.456" caller=main.go:1 level=info', '.456'],
    ['Kubernetes', 'I0304 10:20:30.456789       7 main.go:12] hello', '.456789'],
    ['Ruby on Rails', 'I, [2026-03-04T10:20:30.456789 #7]  INFO -- : hello', '.456789'],
    ['Django', '[04/Mar/2026 10:20:30] "GET / HTTP/1.1" 200 12', '.000'],
    ['Tomcat', '04-Mar-2026 10:20:30.456 INFO [main] org.apache.X Starting', '.456'],
    ['Redis', '7:M 04 Mar 2026 10:20:30.456 * Ready to accept connections', '.456'],
    ['Squid', '1772619630.456    123 10.0.0.1 TCP_MISS/200 512 GET http://x/', '.456'],
  ])('is that of %s', (_program, text, fraction) => {
    expect(timeOfText(text)).toBe(`2026-03-04T10:20:30${fraction}Z`);
  });

  it.each([
    ['in a zone whose name may mean several', '2026-03-04 10:20:30.456 CET [7] LOG:  ready'],
    ['without a date', '10:20:30.456 [main] INFO up'],
    ['in the middle', 'INFO [main] 2026-03-04 10:20:30,456 X.java:12 - m'],
    ['none at all', 'INFO:     127.0.0.1:5 - "GET / HTTP/1.1" 200 OK'],
    ['in a month that is none', 'I1304 10:20:30.456789       7 main.go:12] hello'],
    ['of digits that are no date', '1772619630 INFO x'],
  ])('is not read: %s', (_, text) => {
    expect(timeOfText(text)).toBeUndefined();
  });
});
