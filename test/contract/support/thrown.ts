/** Errors that no error handler expects. */

const refuse = (): never => {
  throw new Error('not for you');
};

/** An error that leads back to itself in every way. */
function circle(): Error {
  const error = new Error('round');
  return Object.assign(error, { cause: error, errors: [error], error, toJSON: () => error });
}

function bottomless(): Error {
  return new Proxy(new Error('deep'), {
    get: (target, key) => (key === 'cause' ? bottomless() : Reflect.get(target, key)),
  });
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable(new Error('gone'), {});
  revoke();
  return proxy;
}

/** What a handler may throw that no error handler expects. */
export const THROWN: readonly (() => unknown)[] = [
  () => null,
  () => undefined,
  () => 'a text',
  () => 7n,
  () => Symbol('thrown'),
  () => refuse,
  () => Object.create(null) as object,
  circle,
  bottomless,
  () => Object.assign(new Error('x'), { status: Number.NaN, statusCode: '500', headers: null }),
  () => Object.assign(new Error('m'.repeat(100_000)), { name: 'n'.repeat(100_000), code: { toString: refuse } }),
  () => Object.assign(new Error('x'), { message: { toString: refuse }, stack: 7, name: [] }),
  () => new AggregateError([null, circle(), revoked()], 'many'),
  // Express's last handler reads an error, and these make it throw outside of the request.
  revoked,
  () => Object.defineProperties(new Error('x'), { message: { get: refuse }, stack: { get: refuse } }),
  () =>
    Object.defineProperties(new Error('x'), { name: { get: refuse }, cause: { get: refuse }, status: { get: refuse } }),
  () => new Proxy(new Error('hidden'), { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse }),
];
/** As many of them, from the first one, can be read. */
export const READABLE = THROWN.length - 4;
