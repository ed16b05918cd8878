import { describe, expect, it } from 'vitest';
import { normalizeUsage } from '@spanline/instrumentation';
import { fateOf, USAGE_TYPES } from '../support/usage-types.ts';

describe('every number of a usage object', () => {
  it.each(USAGE_TYPES)('$sdk $type', (declared) => {
    const { paths, ignored, unknown } = fateOf(declared);
    expect(paths).not.toEqual([]);
    expect(unknown).toEqual([]);
    expect(ignored).toEqual([...(declared.notBilled ?? [])].toSorted());
  });

  it('is named where nobody knows it', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 1, prompt_tokens_details: { hologram_tokens: 3 } };
    expect(normalizeUsage({ usage })).toMatchObject({ unknown: ['prompt_tokens_details.hologram_tokens'] });
  });
});
