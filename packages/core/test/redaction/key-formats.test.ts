import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redaction/index.ts';
import { keyFormats } from '../../src/redaction/keys/api-key.ts';
import { READ_ON } from '../../src/redaction/keys/key-format.ts';
import { fromPattern } from './corpus/from-pattern.ts';
import { Random } from './corpus/random.ts';

const redactor = createRedactor({}, undefined);
const redact = (text: string): string =>
  redactor.redactCredentials(text, undefined, redactor.startLine({ placeholders: undefined }));

/** A key's prefix before a word: people write about keys. */
function nearMiss(prefix: string, random: Random): string {
  return `${fromPattern(prefix.replace('^', ''), random)}some-thing`;
}

describe('key formats', () => {
  it('are those of more than eighty vendors, each with its source', () => {
    expect(new Set(keyFormats().map(([vendor]) => vendor)).size).toBeGreaterThan(80);
    for (const [vendor, , , source] of keyFormats()) expect(source, vendor).toMatch(/^https:\/\//);
    expect(READ_ON).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it.each(keyFormats())('%s: a key is gone, and its prefix before a word stays (%s)', (_vendor, prefix, body) => {
    const random = new Random(7);
    for (let count = 0; count < 20; count++) {
      const key = fromPattern(prefix.replace('^', ''), random) + fromPattern(body, random);
      const after = redact(`key ${key} end`);
      expect(after, key).toMatch(/^key \[[A-Z_]+_1\] end$|^key .{0,40}\[[A-Z_]+_1\].{0,24} end$/);
      expect(after, key).not.toContain(key.slice(-12));
      const miss = nearMiss(prefix, random);
      expect(redact(`about ${miss} here`)).toBe(`about ${miss} here`);
    }
  });
});
