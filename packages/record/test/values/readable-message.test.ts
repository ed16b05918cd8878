import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readableMessage } from '../../src/values/readable-message.ts';

const LIMIT = 'Rate limit reached for gpt-4o';

it.each([
  [`429 ${LIMIT}`, `429 ${LIMIT}`],
  [`429 {"error":{"message":"${LIMIT}","type":"tokens","code":"rate_limit_exceeded"}}`, `429 tokens: ${LIMIT}`],
  [
    '529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}',
    '529 overloaded_error: Overloaded',
  ],
  [
    'got status: 503 Service Unavailable. {"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}',
    'got status: 503 Service Unavailable. UNAVAILABLE: The model is overloaded.',
  ],
  // A body in a body.
  [
    '{"error":{"message":"{\\"error\\":{\\"code\\":429,\\"message\\":\\"Quota exceeded\\",\\"status\\":\\"RESOURCE_EXHAUSTED\\"}}","code":429,"status":"Too Many Requests"}}',
    'RESOURCE_EXHAUSTED: Quota exceeded',
  ],
  [
    '[{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT"}}]',
    'INVALID_ARGUMENT: API key not valid',
  ],
  [
    '[Client Error]: Error fetching: [429 Too Many Requests] {"error":"slow down"}',
    '[Client Error]: Error fetching: [429 Too Many Requests] slow down',
  ],
  ['Status code: 422. Body: {"detail":[{"loc":["body","model"],"msg":"Field required","type":"missing"}]}', undefined],
  ['422 {"detail":[{"loc":["body","model"],"msg":"Field required","type":"missing"}]}', '422 missing: Field required'],
  [
    '{"object":"error","message":"Invalid model: x","type":"invalid_model","code":1500}',
    'invalid_model: Invalid model: x',
  ],
  ['{"message":"no such model"}', 'no such model'],
  ['{"Message":"User is not authorized"}', 'User is not authorized'],
  [
    '401 {"error":"invalid_api_key"}\n\nTroubleshooting: https://docs.example.com',
    '401 invalid_api_key\n\nTroubleshooting: https://docs.example.com',
  ],
  // The line was cut, in the middle of an escape too.
  ['400 {"error":{"message":"This model\\u2019s limit is \\"4096\\" tok', '400 This model’s limit is "4096" tok'],
  ['400 {"error":{"message":"caf\\u00', '400 caf'],
  // Objects that are no answer of a provider: arguments of a tool, issues of a validation, text.
  ['the tool failed on {"message":"hello"}', undefined],
  ['[{"expected":"string","code":"invalid_type","path":["x"],"message":"Invalid input"}]', undefined],
  ['a set {1, 2} and {broken', undefined],
  ['{"error":{"code":7}}', undefined],
  ['{"error":null}', undefined],
  ['{}', undefined],
  ['', undefined],
])('%s', (message, expected = message) => {
  expect(readableMessage(message)).toBe(expected);
});

it('never throws, whatever the body', () => {
  const body = fc.oneof(
    fc.json(),
    fc.json().map((json) => `{"error":${json}}`),
    fc.json().map((json) => `429 {"message":${json}`),
  );
  fc.assert(fc.property(body, (message) => typeof readableMessage(message) === 'string'));
  const deep = `${'{"error":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
  expect(readableMessage(deep)).toBe(deep);
  const long = `400 {"error":{"message":"${'x'.repeat(100_000)}"}}`;
  expect(readableMessage(long)).toMatch(/^400 x+$/);
});
