/** Long prompts of Claude, wherever it is sold, and the regions that ids of Amazon name. */

import { describe, expect, it } from 'vitest';
import { createPricer } from '../../src/usage/index.ts';

const pricer = createPricer();
const M = 1e-6;
const closeTo = (usd: number): number => expect.closeTo(usd, 9) as number;
const AWS = 'aws.bedrock';

describe('a prompt above 200,000 tokens', () => {
  it.each([
    [AWS, 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', 1],
    [AWS, 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 1.1],
    [AWS, 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0', 1.1],
    [AWS, 'us.anthropic.claude-sonnet-4-20250514-v1:0', 1],
    ['gcp.vertex_ai', 'claude-sonnet-4@20250514', 1],
    ['gcp.vertex_ai', 'claude-sonnet-4-5@20250929', 1],
    ['openrouter', 'anthropic/claude-sonnet-4', 1],
    ['openrouter', 'anthropic/claude-sonnet-4.5', 1],
  ])('costs more of %s: %s', (provider, requestModel, factor) => {
    const cost = (input: number): unknown =>
      pricer.cost({
        provider,
        requestModel,
        units: { input_tokens: input, cache_read_tokens: 100_000, output_tokens: 10 },
      });
    const read = 100_000 * 0.3;
    expect(cost(200_000)).toEqual({
      usd: closeTo((100_000 * 3 + read + 10 * 15) * factor * M),
      source: 'price_table',
      priceVersion: expect.any(String) as string,
    });
    expect(cost(200_001)).toEqual({
      usd: closeTo((100_001 * 6 + read * 2 + 10 * 22.5) * factor * M),
      source: 'price_table',
      priceVersion: expect.any(String) as string,
    });
  });

  it('costs the same per token of Claude 3.7, Opus 4.1 and Sonnet 4.6 at Amazon', () => {
    for (const [requestModel, price] of [
      ['us.anthropic.claude-3-7-sonnet-20250219-v1:0', 3],
      ['us.anthropic.claude-opus-4-1-20250805-v1:0', 15],
      ['global.anthropic.claude-sonnet-4-6-v1:0', 3],
    ] as const) {
      const cost = pricer.cost({ provider: AWS, requestModel, units: { input_tokens: 300_000, output_tokens: 0 } });
      expect(cost, requestModel).toMatchObject({ usd: closeTo(300_000 * price * M) });
    }
  });
});

describe('the region that an id of Amazon names', () => {
  const units = { input_tokens: 1000, output_tokens: 1000 };

  it.each([
    'us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0',
    'eu.amazon.nova-lite-v1:0',
    'apac.amazon.nova-lite-v1:0',
    'arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0',
  ])('makes a cost inexact that is listed for others: %s', (requestModel) => {
    expect(pricer.cost({ provider: AWS, requestModel, units })).toMatchObject({ inexact: 'unpriced_condition' });
  });

  it.each([
    'us.amazon.nova-lite-v1:0',
    'amazon.nova-lite-v1:0',
    'eu.amazon.nova-2-lite-v1:0',
    'global.amazon.nova-2-lite-v1:0',
    'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
    'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
  ])('leaves a listed price exact: %s', (requestModel) => {
    expect(pricer.cost({ provider: AWS, requestModel, units })).not.toHaveProperty('inexact');
  });

  it('gives way to the one of the host', () => {
    const requestModel = 'eu.amazon.nova-lite-v1:0';
    const cost = pricer.cost({ provider: AWS, requestModel, units, region: 'us-east-1' });
    expect(cost).not.toHaveProperty('inexact');
  });

  it('does not matter to own prices', () => {
    const own = createPricer({ prices: { 'eu.amazon.*': { input: 1, output: 2 } } });
    const cost = own.cost({ provider: AWS, requestModel: 'eu.amazon.nova-lite-v1:0', units });
    expect(cost).toEqual({ usd: 0.003, source: 'price_table', priceVersion: 'custom' });
  });
});
