import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../src/alerts/ledger.ts';
import { IncidentFile } from '../src/evaluation/incident-file.ts';
import { initialState, type RuleState } from '../src/evaluation/rule-state.ts';

const MONDAY = Date.parse('2026-03-30T10:00:00Z');
const NONE: ReadonlyMap<string, RuleState> = new Map();
const SHOP = { service: 'shop', environment: 'test', instance: 'shop-0:1' };
const EMPTY = new Ledger(
  () => [],
  () => {},
);

describe('the file of incidents', () => {
  let folder: string;
  let path: string;
  let warnings: string[];
  const open = () => new IncidentFile(path, (message) => warnings.push(message));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spanline-incidents-'));
    path = join(folder, 'deep', 'memory.json.incidents');
    warnings = [];
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('restores states and the owner, and is readable by its owner only', () => {
    const from = MONDAY - 60_000;
    const critical = { from, until: undefined, isFlap: false, isSent: true };
    const state: RuleState = { ...initialState(MONDAY), level: 'ALERT', goodSince: 5, spells: { critical } };
    const first = open();
    first.write(new Map([['["r"]', state]]), EMPTY, SHOP);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(path))).toEqual(['memory.json.incidents']);
    const second = open();
    expect(second.states).toEqual(new Map([['["r"]', { ...state, goodSince: undefined }]]));
    const { owner } = first;
    expect(second).toMatchObject({ owner, service: 'shop', environment: 'test' });
    expect(warnings).toEqual([]);
  });

  it.each([['{"version":9}'], ['null'], ['{"ver'], ['']])('with the content %s is reported and replaced', (text) => {
    open().write(NONE, EMPTY, SHOP);
    writeFileSync(path, text);
    const file = open();
    expect(warnings).toHaveLength(1);
    file.write(NONE, EMPTY, SHOP);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: 1, rules: {}, ledger: {} });
  });

  it.each([
    [null],
    ['ALERT'],
    [{ level: 'BAD' }],
    [{ since: 'now' }],
    [{ sentToday: null }],
    [{ goodSince: '5' }],
    [{ spells: { warning: { from: 'now' } } }],
  ])('ignores %j as a rule state', (state) => {
    open().write(NONE, EMPTY, SHOP);
    writeFileSync(path, JSON.stringify({ version: 1, rules: { r: state, s: initialState(7) } }));
    expect([...open().states]).toEqual([['s', initialState(7)]]);
  });

  it.each([[null], [{ r: null }], [{ r: { message: { key: 'x' }, channels: {} } }], [{ r: { message: 5 } }]])(
    'ignores %j as what people were told',
    (ledger) => {
      open().write(NONE, EMPTY, SHOP);
      writeFileSync(path, JSON.stringify({ version: 1, rules: {}, ledger }));
      const again = new Ledger(
        () => ['slack'],
        () => {},
      );
      again.load(open().ledger);
      expect([again.owed(), again.open(), again.waiting()]).toEqual([[], [], []]);
      expect(warnings).toEqual([]);
    },
  );

  it('that another process of the host writes is reported', () => {
    open().write(NONE, EMPTY, SHOP);
    const json = { ...(JSON.parse(readFileSync(path, 'utf8')) as object), host: hostname() };
    writeFileSync(path, JSON.stringify({ ...json, pid: process.ppid }));
    open();
    expect(warnings).toEqual([expect.stringContaining(`is also written by process ${process.ppid}`)]);
  });

  it('that cannot be written is reported once', () => {
    const file = open();
    writeFileSync(join(folder, 'deep'), '');
    file.write(NONE, EMPTY, SHOP);
    file.write(NONE, EMPTY, SHOP);
    expect(warnings).toEqual([expect.stringContaining('cannot be written')]);
  });
});
