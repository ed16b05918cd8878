import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFailure, reportAbort, statusOfThrown } from '../../src/trace/index.ts';

const named = (name: string, more: object = {}): Error => Object.assign(new Error('x'), { name }, more);

describe('describeFailure', () => {
  it.each([
    [named('RateLimitError', { status: 429 }), 'RateLimitError', 'rate_limit', true],
    [named('Error', { code: 'ECONNREFUSED' }), 'ECONNREFUSED', 'network', true],
    [named('AuthenticationError', { status: 401 }), 'AuthenticationError', 'auth', false],
    [named('TimeoutError'), 'TimeoutError', 'timeout', true],
    [named('NodeTimeoutError'), 'NodeTimeoutError', 'timeout', true],
    [
      named('BadRequestError', { status: 400, code: 'context_length_exceeded' }),
      'BadRequestError',
      'context_length',
      false,
    ],
    [named('ThrottlingException'), 'ThrottlingException', 'rate_limit', true],
    [named('ExpiredTokenException'), 'ExpiredTokenException', 'auth', false],
    [named('InternalServerError', { status: 503 }), 'InternalServerError', 'other', true],
    [named('ClientError', { message: '[Client]: http://a.test/: fetch failed' }), 'ClientError', 'network', true],
    [new TypeError('fetch failed', { cause: named('Error', { code: 'ETIMEDOUT' }) }), 'TypeError', 'timeout', true],
    [new RangeError('x'), 'RangeError', 'other', undefined],
  ])('knows %s', (error, type, kind, retryable) => {
    expect(describeFailure(error)).toMatchObject({ type, class: kind, retryable });
  });

  it('records what was thrown when it was no error', () => {
    expect(describeFailure('plain text')).toMatchObject({ type: 'string', message: 'plain text' });
    expect(describeFailure(null)).toMatchObject({ type: 'object', message: 'null' });
    expect(describeFailure({ reason: 'quota', left: 17 })).toMatchObject({ message: '{"reason":"quota","left":17}' });
    expect(describeFailure(named('Error', { message: '', code: 'E1' }))).toMatchObject({ type: 'E1', message: '' });
    expect(describeFailure({})).toMatchObject({ message: '' });
  });

  it('tells the causes and the errors that an error stands for', () => {
    const refused = ['::1', '127.0.0.1'].map((address) => named('Error', { code: 'ECONNREFUSED', message: address }));
    const both = Object.assign(new AggregateError(refused, 'all failed'), { code: 'ECONNREFUSED' });
    expect(describeFailure(new RangeError('alone')).cause).toBeUndefined();
    expect(describeFailure(both).cause).toBe('ECONNREFUSED: ::1; ECONNREFUSED: 127.0.0.1');
    const failed = new Error('no basket', { cause: new TypeError('fetch failed', { cause: both }) });
    expect(describeFailure(failed).cause).toBe(
      'TypeError: fetch failed\nAggregateError: all failed (ECONNREFUSED) [ECONNREFUSED: ::1; ECONNREFUSED: 127.0.0.1]',
    );
  });

  it('tells the fields of a cause that is no error, and invents no name', () => {
    const causeOf = (cause: unknown) => describeFailure(new Error('a', { cause })).cause;
    expect(causeOf({ reason: 'quota', left: 17, at: { zone: 'eu' } })).toBe(
      '{"reason":"quota","left":17,"at":{"zone":"eu"}}',
    );
    expect(causeOf({ message: 'no quota' })).toBe('{"message":"no quota"}');
    expect(causeOf({})).toBeUndefined();
    const round: Record<string, unknown> = { deep: 1 };
    round['round'] = round;
    expect(causeOf(round)).toBe('{"deep":1,"round":{"deep":1,"round":{"deep":1,"round":"…"}}}');
  });

  it('tells the cause that a method returns, as in VError', () => {
    const withMethod = (cause: () => unknown): Error =>
      Object.defineProperty(new Error('a'), 'cause', { value: cause });
    expect(describeFailure(withMethod(() => new RangeError('b'))).cause).toBe('RangeError: b');
    const broken = (): never => {
      throw new Error('no');
    };
    expect(describeFailure(withMethod(broken)).cause).toBeUndefined();
  });

  it('survives causes that go round and getters that throw', () => {
    const error = new Error('x');
    error.cause = error;
    expect(describeFailure(error).message).toBe('x');
    const hostile = new Proxy(new Error('y'), {
      get() {
        throw new Error('getter');
      },
    });
    expect(describeFailure(hostile).class).toBe('other');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true, withMap: true }),
        (value) => {
          describeFailure(value);
          statusOfThrown(value);
        },
      ),
    );
  });
});

describe('statusOfThrown', () => {
  it('takes control flow and aborts for what they are', () => {
    expect(statusOfThrown(named('GraphInterrupt', { is_bubble_up: true }))).toBe('interrupted');
    expect(statusOfThrown(named('GraphDrained', { is_bubble_up: true }))).toBe('interrupted');
    expect(statusOfThrown(named('ParentCommand', { is_bubble_up: true }))).toBe('ok');
    expect(statusOfThrown(new DOMException('stop', 'AbortError'))).toBe('aborted');
    expect(statusOfThrown(named('ResponseAborted'))).toBe('aborted');
    expect(statusOfThrown(named('Error', { code: 'ABORT_ERR' }))).toBe('aborted');
    expect(statusOfThrown(new Error('AbortError'))).toBe('aborted');
    expect(statusOfThrown(new Error('x'))).toBe('error');
    expect(statusOfThrown(new TypeError('Aborted'))).toBe('error');
  });
});

describe('reportAbort', () => {
  it('makes an error an abort, whatever it is', () => {
    for (const error of [new Error('x'), Object.freeze(named('SdkError')), { code: 'ETIMEDOUT' }]) {
      expect(statusOfThrown(error)).toBe('error');
      reportAbort(error);
      expect(statusOfThrown(error)).toBe('aborted');
      expect(describeFailure(error)).toMatchObject({ class: 'aborted', retryable: undefined });
    }
  });

  it('leaves values alone that are no objects', () => {
    for (const value of ['stop', 1, null, undefined, Symbol('a')]) {
      reportAbort(value);
      expect(statusOfThrown(value)).toBe('error');
    }
  });
});
