import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FolderLocks, lockFolders } from '../src/state/folder-locks.ts';
import { currentProcess } from '../src/state/process-identity.ts';
import { temporaryFolder } from './support/folder.ts';

/** A folder with the lock of a process that cannot be asked. */
function lockedElsewhere(): string {
  const folder = temporaryFolder();
  const holder = { ...currentProcess(), machine: 'container', owner: 'other' };
  writeFileSync(join(folder, 'lock-000001'), JSON.stringify(holder));
  return folder;
}

/** Half a minute passes. */
function letTimePass(): void {
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 30_000);
  onTestFinished(() => clock.mockRestore());
}

async function lock(
  folders: readonly string[],
  onWait: () => void = () => {},
  signal = new AbortController().signal,
): Promise<FolderLocks> {
  const locks = await lockFolders(folders, { signal, onWait });
  onTestFinished(() => locks.release());
  return locks;
}

const stateOf = (locks: FolderLocks, folder: string): unknown => [locks.isHeld(folder), locks.refusal(folder)];

describe('locks of folders that a command changes', () => {
  it('are taken over from containers that were silent for 30 seconds, all after one wait', async () => {
    const folders = [temporaryFolder(), lockedElsewhere(), lockedElsewhere(), lockedElsewhere()];
    const onWait = vi.fn(letTimePass);
    const locks = await lock(folders, onWait);
    expect(folders.map((folder) => stateOf(locks, folder))).toEqual(folders.map(() => [true, undefined]));
    expect(onWait).toHaveBeenCalledTimes(1);
  });

  it('are left to a container that gives a sign of life', async () => {
    const folder = lockedElsewhere();
    const locks = await lock([folder], () => utimesSync(join(folder, 'lock-000001'), 1, 1));
    expect(stateOf(locks, folder)).toEqual([false, 'held']);
    expect(existsSync(join(folder, 'lock-000001'))).toBe(true);
  });

  it('are not waited for when the command must end', async () => {
    const folder = lockedElsewhere();
    const stop = new AbortController();
    const locks = await lock([folder], () => stop.abort(), stop.signal);
    expect(stateOf(locks, folder)).toEqual([false, 'held']);
  });

  it('are held by one, and are free when that one is done', async () => {
    const folder = temporaryFolder();
    const { signal } = new AbortController();
    const first = await lockFolders([folder], { signal });
    expect(stateOf(await lock([folder]), folder)).toEqual([false, 'held']);
    first.release();
    expect(stateOf(await lock([folder]), folder)).toEqual([true, undefined]);
  });
});
