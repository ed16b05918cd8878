/** Real processes with a monitor that a signal ends at each transition of an incident, and those that follow them. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileProgram } from '../../../test/support/child.ts';
import { runs } from '../../../test/support/effort.ts';
import { minute, type Said } from './drive-replica.ts';
import { type Page, type Pager, startPager } from './pager.ts';

const REPLICA = await compileProgram(fileURLToPath(new URL('replica.ts', import.meta.url)));
const RULE = { windowMinutes: 1, recoverAfterMinutes: 1, renotifyMinutes: 2 };

let pager: Pager;
let folder: string;
/** Messages that were sent before they were noted in the file. */
let early: Page[];
let now: number;
let replica: ChildProcess;

const file = (): string => join(folder, 'memory.json');

/** The alerts that are on their way, as the file of the incidents has them. */
function waiting(): { key: string; event: string }[] {
  if (!existsSync(`${file()}.incidents`)) return [];
  const { ledger } = JSON.parse(readFileSync(`${file()}.incidents`, 'utf8')) as {
    ledger: Record<string, { channels: Record<string, { waiting: { key: string; event: string }[] }> }>;
  };
  return Object.values(ledger).flatMap(({ channels }) => Object.values(channels).flatMap((told) => told.waiting));
}

/** Answers messages, after a look into the file. */
function answer(by: (page: Page) => number | undefined): void {
  pager.onPage = (page) => {
    const isNoted = waiting().some(({ key, event }) => key === page.key && event === page.event);
    if (!isNoted) early.push(page);
    return by(page);
  };
}

function start(isClosing: boolean): void {
  const options = JSON.stringify({ rule: RULE, closesOnSigterm: isClosing });
  replica = fork(REPLICA, [pager.url, String(now), file(), '', '', options], { execArgv: [] });
}

const hasEnded = (): boolean => replica.exitCode !== null || replica.signalCode !== null;

/** Minutes of requests until something is so, or the process ends; at most half an hour. */
async function serve(isFailing: boolean, isDone: () => boolean, max = 30): Promise<void> {
  for (let count = 0; count < max && !isDone() && !hasEnded(); count++) {
    const said: Said | undefined = await minute(replica, isFailing).catch(() => undefined);
    if (said === undefined) return;
    ({ now } = said);
  }
}

beforeEach(async () => {
  pager = await startPager();
  folder = mkdtempSync(join(tmpdir(), 'spanline-killed-'));
  early = [];
  now = Date.parse('2026-03-29T12:00:00Z');
});

afterEach(async () => {
  if (replica.kill('SIGKILL')) await once(replica, 'exit');
  pager.close();
  rmSync(folder, { recursive: true, force: true });
});

/** When the process ends. */
interface Transition {
  /** At the first message of this kind. */
  readonly at: string;
  /** What that is answered. */
  readonly status: number | undefined;
  /** The process ends once it has noted the answer, instead of at the moment of the message. */
  readonly isNoted?: boolean;
}

const TRANSITIONS: [string, Transition][] = [
  ['sends the start of an incident', { at: 'fired', status: undefined }],
  ['is told that the start arrived', { at: 'fired', status: 202 }],
  ['knows that the start arrived', { at: 'fired', status: 202, isNoted: true }],
  ['could not send the start', { at: 'fired', status: 503 }],
  ['gave up the start', { at: 'fired', status: 404, isNoted: true }],
  ['sends a repetition', { at: 'repeated', status: undefined }],
  ['gave up a repetition', { at: 'repeated', status: 404, isNoted: true }],
  ['sends the end', { at: 'recovered', status: undefined }],
  ['could not send the end', { at: 'recovered', status: 503 }],
  ['gave up the end', { at: 'recovered', status: 404, isNoted: true }],
  ['knows that the end arrived', { at: 'recovered', status: 202, isNoted: true }],
];

/** A process that does not listen to SIGTERM ends like one that is killed: few of its transitions are in every run. */
const UNHEARD = runs(TRANSITIONS.slice(0, 2), TRANSITIONS);

describe.each([
  ['SIGKILL', false, TRANSITIONS],
  ['SIGTERM', false, UNHEARD],
  ['SIGTERM', true, TRANSITIONS],
] as const)('%s ends a process (it closes its monitor: %s)', (signal, isClosing, transitions) => {
  it.each(transitions)('that %s: the next one goes on from what people know', async (_, { at, status, isNoted }) => {
    let isReached = false;
    answer(({ event }) => {
      if (event !== at || isReached) return 202;
      isReached = true;
      if (isNoted !== true) replica.kill(signal);
      return status;
    });
    start(isClosing);
    const end = once(replica, 'exit');
    if (at === 'recovered') await serve(true, () => pager.open.size > 0);
    await serve(at !== 'recovered', () => isReached);
    await expect.poll(() => isReached).toBe(true);
    if (isNoted === true) {
      await expect.poll(waiting).toEqual([]);
      replica.kill(signal);
    }
    await end;
    const before = pager.pages.length;
    start(false);
    if (at !== 'recovered') {
      await serve(true, () => pager.open.size > 0);
      await expect.poll(() => pager.open.size).toBe(1);
    }
    await serve(false, () => pager.open.size === 0 && pager.pages.at(-1)?.event === 'recovered');
    await expect.poll(() => pager.pages.at(-1)?.event).toBe('recovered');
    await serve(false, () => false, 3);
    expect([...pager.open]).toEqual([]);
    expect(pager.pages.at(-1)?.event).toBe('recovered');
    // People who know of the end are told nothing more.
    if (at === 'recovered' && status === 202) expect(pager.pages.slice(before)).toEqual([]);
    expect(new Set(pager.pages.map(({ key }) => key)).size).toBe(1);
    expect(early).toEqual([]);
  });
});
