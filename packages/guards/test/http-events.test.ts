/** Events of a server as applications write them, behind guards. */
import { once } from 'node:events';
import { get } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { MAIL, OPEN, type Route, serve, useWarnings } from './served.ts';
import { REDACT, REPLACE } from './some-guards.ts';

useWarnings(() => undefined);

describe('events', () => {
  const send =
    (text: string, size = 7): Route =>
    (_req, res) => {
      res.type('text/event-stream');
      res.flushHeaders();
      for (const piece of text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []) res.write(piece);
      res.end();
    };

  test.each(['\n', '\r\n', '\r'])('are the same bytes when nothing is found in them, with %j', async (end) => {
    const lines = [
      ': ping',
      '',
      'id: 7',
      'event: part',
      'retry: 100',
      'data: {"delta":  "one"}',
      '',
      'data: two',
      'data: lines',
      '',
      '',
    ];
    const given = `${lines.join(end)}data: unfinished`;
    const { text } = await serve([REDACT], send(given), { pieces: ['delta'] });
    expect(await text()).toBe(given);
  });

  test('are read in comments, in several lines and in pieces, across both ends of lines', async () => {
    const given = `: from ${MAIL}\r\n\r\ndata: to\r\ndata: ${MAIL}\r\n\r\ndata: {"delta":"jane.d"}\n\ndata: {"delta":"oe@example.org"}\n\n`;
    const { text } = await serve([REDACT], send(given, 3), { pieces: ['delta'] });
    const left = await text();
    expect(left).not.toMatch(/jane|example/);
    expect(left).toContain('data: to\ndata: [EMAIL]\n\n');
  });

  test('have a replacement in the form of the event before, and what frames them', async () => {
    const piece = (delta: string): string => `data: ${JSON.stringify({ type: 'text-delta', id: '0', delta })}\n\n`;
    const given = `${['All is well. ', 'The Blue ', 'Heron flies.'].map(piece).join('')}data: {"usage":9}\n\ndata: [DONE]\n\n`;
    const { text } = await serve([REPLACE], send(given), { pieces: ['delta'] });
    expect(await text()).toBe(
      `${piece('All is well. ')}${piece('I cannot answer that.')}data: {"usage":9}\n\ndata: [DONE]\n\n`,
    );
  });

  test('that never end are held back up to maxHeld', async () => {
    const endless = `data: ${'word '.repeat(400)}\n\n`;
    const open = await serve([OPEN], send(endless, 100), { maxHeld: 1000 });
    expect([await open.text(), open.failures()]).toEqual([endless, ['too_long']]);
    const closed = await serve([REDACT], send(endless, 100), { maxHeld: 1000 });
    expect(await closed.text()).toMatch(/^event: error\ndata: \{"error":\{"code":"ERR_GUARD"/);
    expect(closed.failures()).toEqual(['too_long']);
  });

  test('a reader that leaves ends the guards, and the route may go on', async () => {
    let paused = false;
    let finish = (): void => undefined;
    const over = new Promise<void>((resolve) => (finish = resolve));
    const { url, log } = await serve([REDACT], async (_req, res) => {
      res.type('text/event-stream').write('data: first and more\n\n');
      await once(res, 'close');
      for (let turn = 0; turn < 100; turn++) paused ||= !res.write('data: late\n\n');
      res.end();
      finish();
    });
    const request = get(url);
    await once(request, 'response');
    request.destroy();
    await over;
    expect(paused).toBe(false);
    expect(log.records().map((record) => record['span.status'])).toEqual(['aborted']);
  });

  test('a route that throws in the middle cuts the connection, as without guards', async () => {
    for (const type of ['text/event-stream', 'text/plain']) {
      const { raw } = await serve([REDACT], (_req, res) => {
        res.type(type).write('data: first and more\n\n');
        throw new Error('the model is gone');
      });
      const log = vi.spyOn(console, 'error').mockReturnValue(undefined);
      await expect(raw()).rejects.toThrow();
      log.mockRestore();
    }
  });
});
