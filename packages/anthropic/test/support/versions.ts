import Anthropic from '@anthropic-ai/sdk';
import Anthropic030 from 'anthropic-0';
import Anthropic060 from 'anthropic-0-60';

/** The client's class by version, under the types of the one that the workspace is typed with. */
export const VERSIONS: Readonly<Record<string, typeof Anthropic>> = {
  '@anthropic-ai/sdk 0.30': Anthropic030 as unknown as typeof Anthropic,
  '@anthropic-ai/sdk 0.60': Anthropic060 as unknown as typeof Anthropic,
  '@anthropic-ai/sdk 1': Anthropic,
};
