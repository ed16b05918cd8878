import { describe, expect, it } from 'vitest';
import { createTracer } from '../../src/index.ts';
import { spanNotes } from '../../src/internal.ts';
import { memoryLog } from '../../src/testing.ts';

const startSpan = (enabled = true) =>
  createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0, enabled }).startSpan({ name: 'work' });

describe('notes on spans', () => {
  it('are those of their span, also after its end', () => {
    const notes = spanNotes<string>('test.own');
    const [first, second] = [startSpan(), startSpan()];
    notes.put(first, 'first');
    first.end();
    expect([notes.of(first), notes.of(second)]).toEqual(['first', undefined]);
    notes.put(first, 'later');
    expect(notes.of(first)).toBe('later');
  });

  it('of several kinds stand beside each other, and copies share a kind by its name', () => {
    const span = startSpan();
    const kinds = ['test.one', 'test.two', 'test.three'];
    for (const name of kinds) spanNotes<string>(name).put(span, name);
    spanNotes<string>('test.one').put(span, 'replaced');
    expect(kinds.map((name) => spanNotes<string>(name).of(span))).toEqual(['replaced', 'test.two', 'test.three']);
  });

  it('are not kept by the span of a disabled tracer, which all calls share', () => {
    const notes = spanNotes<string>('test.disabled');
    const span = startSpan(false);
    notes.put(span, 'note');
    expect(notes.of(span)).toBeUndefined();
  });
});
