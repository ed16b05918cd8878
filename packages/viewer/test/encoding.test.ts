/** How answers are sent: packed for a client that takes it, and not empty while lines are read. */

import { expect, it } from 'vitest';
import type { TracesAnswer } from '@spanline/viewer';
import { takesGzip } from '../src/server/encoding.ts';
import { openViewer, send } from './support/client.ts';
import { logWith, spanLine, traceId } from './support/lines.ts';

it('packs for a client that takes gzip', () => {
  const takes = (value?: string): boolean =>
    takesGzip({ headers: value === undefined ? {} : { 'accept-encoding': value } });
  expect(['gzip', 'br, GZIP;q=0.5', '*', 'deflate, *;q=0.1'].map(takes)).toEqual([true, true, true, true]);
  expect([undefined, '', 'identity', 'gzip;q=0, *', 'x-gzipped'].map(takes)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

it('sends the page as it is to a client that takes no encoding', async () => {
  const viewer = await openViewer(logWith([spanLine({ trace: 1, span: 1 })]));
  const page = await send(viewer.port, '/', { cookie: viewer.cookie });
  expect(page.headers['content-encoding']).toBeUndefined();
  expect(page.body).toContain('<!doctype html>');
  const packed = await send(viewer.port, '/viewer.css', { cookie: viewer.cookie, 'accept-encoding': 'gzip' });
  expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
});

it('has rows in its first answer, and takes the first digits of an id', async () => {
  const viewer = await openViewer(logWith([spanLine({ trace: 7, span: 1 })]));
  expect(((await viewer.ask('traces')).json as TracesAnswer).rows).toHaveLength(1);
  expect((await viewer.ask(`trace/${traceId(7).slice(0, 31)}`)).json).toMatchObject({ traceIds: [traceId(7)] });
});
