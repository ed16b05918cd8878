import { describe, expect, it } from 'vitest';
import { allOf, parseFilter, timeFilter, type TimeRange, toTest } from '@spanline/query';

const NOW = Date.UTC(2026, 10, 23, 12);

const passes = (range: TimeRange, time: string): boolean =>
  toTest(timeFilter(range, { now: NOW }))({ '@timestamp': time, message: '' });

describe('a range of time', () => {
  it.each<[TimeRange, string, boolean]>([
    [{}, '2001-01-01T00:00:00.000Z', true],
    [{ since: '1h' }, '2026-11-23T11:00:00.000Z', true],
    [{ since: '1h' }, '2026-11-23T10:59:59.999Z', false],
    [{ since: '2w' }, '2026-11-10T00:00:00.000Z', true],
    [{ since: 'yesterday' }, '2026-11-22T00:00:00.000Z', true],
    [{ since: '2026-11-23T09:00+02:00' }, '2026-11-23T07:00:00.000Z', true],
    [{ from: '2026-11-22', to: '2026-11-22' }, '2026-11-22T23:59:59.999Z', true],
    [{ from: '2026-11-22', to: '2026-11-22' }, '2026-11-23T00:00:00.000Z', false],
    [{ from: 'now-2h', to: 'now-1h' }, '2026-11-23T10:30:00.000Z', true],
    [{ to: '2026-10' }, '2026-10-31T23:00:00.000Z', true],
    [{ to: '2026-10' }, '2026-11-01T00:00:00.000Z', false],
  ])('%j holds %s: %s', (range, time, holds) => {
    expect(passes(range, time)).toBe(holds);
  });

  it.each<[TimeRange, string]>([
    [{ since: 'soon' }, 'since must be a time, such as 1h, 7d, 2026-11-23 or today, got "soon"'],
    [{ from: '23.11.2026' }, 'from must be a time'],
    [{ to: '' }, 'to must be a time'],
    [{ since: '1h', from: '2026-11-23' }, 'from must be absent beside since'],
    [{ from: '2026-11-23', to: '2026-11-22' }, 'to must be a time after the start'],
  ])('%j is refused', (range, message) => {
    expect(() => timeFilter(range, { now: NOW })).toThrow(`ERR_INVALID_OPTION: ${message}`);
  });

  it('joins a filter', () => {
    const filter = allOf(parseFilter('type:llm'), timeFilter({ since: '1h' }, { now: NOW }));
    const line = { '@timestamp': '2026-11-23T11:30:00.000Z', message: '' };
    expect(toTest(filter)({ ...line, 'span.type': 'llm' })).toBe(true);
    expect(toTest(filter)({ ...line, 'span.type': 'tool' })).toBe(false);
    expect(allOf()).toEqual(parseFilter(''));
  });
});
