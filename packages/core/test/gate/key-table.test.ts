import { expect, it } from 'vitest';
import { type KeyEntry, KeyTable } from '../../src/gate/index.ts';

const entry = (key: string): KeyEntry => ({ key, next: undefined });

it('finds the entries of keys in any order, whatever came before', () => {
  const table = new KeyTable(['a', 'b', 'c'].map(entry));
  for (const keys of ['abc', 'abc', 'cba', 'acb', 'aab', 'axb', 'xa', 'b', 'abc']) {
    let last: KeyEntry | undefined;
    const found = [...keys].map((key) => {
      const next = table.after(last, key);
      last = next ?? last;
      return next?.key;
    });
    expect(found).toEqual([...keys].map((key) => (key === 'x' ? undefined : key)));
  }
});

it('has no entry for a key that an object inherits', () => {
  const table = new KeyTable([entry('a')]);
  expect(table.after(undefined, 'constructor')).toBeUndefined();
  expect(table.get('__proto__')).toBeUndefined();
  expect(table.get('a')?.key).toBe('a');
});
