import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { saveCheckpoint } from '../src/state/checkpoint.ts';
import { deadLetters, leave, ship, spanLines } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';
import { allIds, es, troubled } from './support/troubled.ts';

describe('a shipper that starts again', () => {
  it('goes on at the checkpoint of the shipper before it', async () => {
    const root = temporaryFolder();
    const { target, ids } = await troubled([]);
    const lines = spanLines(10);
    const folder = leave(root, lines);
    const offset = Buffer.byteLength(`${lines.slice(0, 6).join('\n')}\n`);
    saveCheckpoint(folder, 'elasticsearch', { file: '000000000001.ndjson', offset });
    const { engine } = ship(root, es(target));
    await engine.drain();
    expect(ids()).toEqual(allIds(10).slice(6));
  });

  it.each([
    ['empty', '', 'the checkpoint is empty'],
    ['torn', '{"file":"0000', 'the checkpoint is damaged'],
    ['flipped', '{"file":"000000000001.ndjson","offset":7,"sum":1}', 'the checkpoint is damaged'],
  ])('reads again from the first line when the checkpoint is %s, and says so', async (_, text, expected) => {
    const root = temporaryFolder();
    const { target, ids } = await troubled([]);
    const folder = leave(root, spanLines(10));
    writeFileSync(join(folder, 'checkpoint-elasticsearch.json'), text);
    const { engine, reports } = ship(root, es(target));
    await engine.drain();
    expect(ids()).toEqual(allIds(10));
    expect(reports).toMatchObject([{ what: 'damaged', message: expect.stringContaining(expected) as string }]);
  });

  it('survives a checkpoint that is ahead of the data, or of another file', async () => {
    const root = temporaryFolder();
    const { target, ids } = await troubled([]);
    const ahead = leave(root, spanLines(10), 'writer-1-a', 5);
    saveCheckpoint(ahead, 'elasticsearch', { file: '000000000001.ndjson', offset: 1_000_000 });
    const inside = leave(root, spanLines(10, 10), 'writer-2-b', 5);
    saveCheckpoint(inside, 'elasticsearch', { file: '000000000001.ndjson', offset: 7 });
    const { engine, reports } = ship(root, es(target));
    await engine.drain();
    expect(ids().toSorted()).toEqual(allIds(20).slice(5).toSorted());
    expect(reports.map(({ message }) => message.slice(0, 40)).toSorted()).toEqual([
      expect.stringContaining('writer-1-a: the checkpoint is') as string,
      expect.stringContaining('writer-2-b: the checkpoint lies') as string,
    ]);
  });

  it('keeps a torn last line, damaged bytes and zeroes of a power cut out of the targets, and in the dead letters', async () => {
    const root = temporaryFolder();
    const { target, ids } = await troubled([]);
    const folder = leave(root, spanLines(6));
    const path = join(folder, '000000000001.ndjson');
    const bytes = readFileSync(path);
    bytes[bytes.indexOf('"level"')] = 0x07;
    writeFileSync(path, bytes);
    truncateSync(path, bytes.length - 20);
    appendFileSync(path, Buffer.alloc(64));
    const { engine } = ship(root, es(target));
    await engine.drain();
    expect(ids()).toEqual(allIds(5).slice(1));
    expect(deadLetters(root, 'elasticsearch').map(({ reason }) => reason)).toEqual([
      'the line is no JSON object',
      'the line is torn',
    ]);
  });
});
