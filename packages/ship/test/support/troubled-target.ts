import type { Received, Reply } from './receiver.ts';

/** What can be wrong with a target. */
export const TROUBLES = [
  'none',
  'refused',
  'mixed items',
  'too few items',
  'reset',
  'hang',
  'drip',
  '429 seconds',
  '429 date',
  '503',
  '500',
  '401',
  '404',
  '413',
  'answer lost',
  'answer cut',
  'not JSON',
  'somebody else',
  'page',
] as const;

/** What the answer of Datadog's intake could not show. */
const OF_BULK: ReadonlySet<string> = new Set(['mixed items', 'too few items']);
export const INTAKE_TROUBLES = TROUBLES.filter((trouble) => !OF_BULK.has(trouble));

export type Trouble = (typeof TROUBLES)[number];

const JSON_TYPE = { 'content-type': 'application/json' };
const FEW = 3;

/** What a target answers while it is in trouble. */
export function inTrouble(
  trouble: Trouble,
  take: (request: Received) => Reply,
  request: Received,
  lines: number,
): Reply {
  switch (trouble) {
    case 'none':
    case 'mixed items':
      return take(request);
    case 'refused':
    case 'reset':
      return undefined;
    case 'hang':
    case 'drip':
      return trouble;
    case '429 seconds':
      return { status: 429, headers: { 'retry-after': '0.01' } };
    case '429 date':
      return { status: 429, headers: { 'retry-after': new Date(Date.now() - 86_400_000).toUTCString() } };
    case '413':
      return lines > FEW ? { status: 413 } : take(request);
    case 'answer lost':
      take(request);
      return undefined;
    case 'answer cut': {
      take(request);
      return { status: 200, headers: { ...JSON_TYPE, 'content-length': '900' }, body: '{"errors":false,' };
    }
    case 'not JSON':
      return { status: 502, headers: JSON_TYPE, body: '<' };
    case 'too few items':
      return { status: 200, headers: JSON_TYPE, body: '{"errors":false,"items":[]}' };
    case 'somebody else':
      return { status: 307, headers: { location: 'http://127.0.0.1:1/' } };
    case 'page':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Sign in</p>' };
    default:
      return { status: Number(trouble) };
  }
}
