import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  extractContext,
  formatBaggage,
  formatTraceparent,
  newSpanId,
  newTraceId,
  parseBaggage,
  parseTraceparent,
  parseTracestate,
} from '../../src/context/index.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('traceparent (W3C Trace Context level 2)', () => {
  it('reads ids and the sampled and random flags', () => {
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-03`)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags: 3 });
  });

  it('zeroes flags it does not know', () => {
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-ff`)?.traceFlags).toBe(3);
  });

  it('reads a higher version that goes on after a dash, and only then', () => {
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-the-future-brings`)?.traceId).toBe(TRACE);
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01.what`)).toBeUndefined();
  });

  it.each([
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['version 00 that is too long', `00-${TRACE}-${SPAN}-01-x`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['upper-case hex', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['flags that are not hex', `00-${TRACE}-${SPAN}-0g`],
    ['other separators', `00_${TRACE}_${SPAN}_01`],
    ['nothing', ''],
  ])('refuses %s', (_, value) => {
    expect(parseTraceparent(value)).toBeUndefined();
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), (traceFlags) => {
        const traceId = newTraceId();
        const spanId = newSpanId();
        expect(parseTraceparent(formatTraceparent(traceId, spanId, traceFlags))).toEqual({
          traceId,
          spanId,
          traceFlags,
        });
      }),
    );
  });

  it('never throws on what comes from outside', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => {
        parseTraceparent(value);
        parseTracestate(value);
        parseBaggage(value);
      }),
    );
  });
});

describe('tracestate', () => {
  it('keeps members in order and drops the right-most beyond 32', () => {
    const members = Array.from({ length: 40 }, (_, index) => `k${index}=v${index}`);
    expect(parseTracestate(members.join(','))).toBe(members.slice(0, 32).join(','));
  });

  it.each(['no-equals', 'UPPER=1', 'a=1,a=2', 'a=', `k=${'v'.repeat(300)}`])('discards %s whole', (value) => {
    expect(parseTracestate(value)).toBeUndefined();
  });
});

describe('baggage', () => {
  it('decodes values, drops properties, and turns invalid bytes into U+FFFD', () => {
    expect({ ...parseBaggage('user.id=a%20b;secret=1, bad=%ff, x = y ') }).toEqual({
      'user.id': 'a b',
      bad: '\uFFFD',
      x: 'y',
    });
  });

  it('stops at 64 members and 8192 bytes with whole members only', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `k${index}=v`).join(',');
    expect(Object.keys(parseBaggage(many))).toHaveLength(64);
    expect(Object.keys(parseBaggage(`a=1,big=${'x'.repeat(9000)},c=1`))).toEqual(['a']);
  });

  it('cannot reach a prototype', () => {
    const baggage = parseBaggage('__proto__=1,constructor=2');
    expect(Object.getPrototypeOf(baggage)).toBeNull();
    expect(Object.keys(baggage)).toEqual(['__proto__', 'constructor']);
  });

  it('survives a lone surrogate when written', () => {
    expect(formatBaggage({ a: 'x\uD800' })).toBe('a=x%EF%BF%BD');
  });
});

describe('headers', () => {
  it('are read without regard to case, and a traceparent that came twice restarts the trace', () => {
    expect(extractContext({ TraceParent: `00-${TRACE}-${SPAN}-01` })?.traceId).toBe(TRACE);
    expect(extractContext({ traceparent: [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`] })).toBeUndefined();
  });

  it('lose tracestate with an unreadable traceparent, and keep traceparent beside an unreadable tracestate', () => {
    expect(extractContext({ traceparent: 'x', tracestate: 'a=1' })).toBeUndefined();
    const found = extractContext({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: '!!' });
    expect(found?.traceId).toBe(TRACE);
    expect(found?.traceState).toBeUndefined();
  });
});
