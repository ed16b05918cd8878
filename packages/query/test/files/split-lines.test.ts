import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from '@spanline/query/internal';

const MIB = 1_048_576;

describe('an exact splitter', () => {
  it('leaves no byte out, however the content is cut into chunks', () => {
    const chunk = fc
      .uint8Array({ maxLength: 20 })
      .map((bytes) => Buffer.from(bytes.map((byte) => (byte < 60 ? 10 : byte))));
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 10 }), (chunks) => {
        const splitter = createLineSplitter(0, { isExact: true });
        const lines = chunks.flatMap((one) =>
          splitter.add(one).flatMap(({ bytes }) => [Buffer.from(bytes), Buffer.from('\n')]),
        );
        const rest = splitter.end().map(({ bytes }) => bytes);
        expect(Buffer.concat([...lines, ...rest])).toEqual(Buffer.concat(chunks));
      }),
    );
  });

  it('gives a line that is too long in parts, its end with the fault', () => {
    const splitter = createLineSplitter(0, { isExact: true });
    const block = Buffer.alloc(MIB, 'x');
    const lines = Array.from({ length: 66 }, () => splitter.add(block)).flat();
    lines.push(...splitter.add(Buffer.from('end\nnext\n')));
    expect(lines.map(({ bytes, fault, isPart }) => [bytes.length, isPart, fault])).toEqual([
      [65 * MIB, true, undefined],
      [MIB, true, undefined],
      [3, true, undefined],
      [0, undefined, 'long'],
      [4, undefined, undefined],
    ]);
  });
});
