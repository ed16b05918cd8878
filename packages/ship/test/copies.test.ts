import { expect, it, onTestFinished } from 'vitest';
import * as first from '@spanline/ship';
import { installAgain } from '../../../test/support/second-installation.ts';
import { spanLines } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';
import { allIds, troubled } from './support/troubled.ts';

it('two installed copies share a folder and each other’s sinks: each line is stored once', async () => {
  const installation = installAgain('ship', 'remote', 'record');
  onTestFinished(() => installation.remove());
  const second = await installation.load<typeof first>('ship');
  expect(second.spool).not.toBe(first.spool);
  const { target, ids } = await troubled([]);
  const dir = temporaryFolder();
  const spools = [first.spool({ dir }), second.spool({ dir })];
  for (const [n, line] of spanLines(20).entries()) spools[n % 2]?.write(line);
  const to = [first.elasticsearch({ url: target.url })];
  const holder = second.startShipper({ dir, to });
  await holder.found();
  const shippers = [holder, first.startShipper({ dir, to })];
  await shippers[1]?.found();
  expect(shippers.map((shipper) => shipper.held().length)).toEqual([0, 2]);
  for (const spooled of spools) await spooled.close(0);
  for (const shipper of shippers) {
    await shipper.drain();
    await shipper.stop(0);
  }
  expect(ids().toSorted()).toEqual(allIds(20).toSorted());
  expect(shippers.map((shipper) => shipper.stats()['elasticsearch']?.stored)).toEqual([20, 0]);
});
