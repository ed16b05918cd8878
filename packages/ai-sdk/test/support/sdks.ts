/** The versions of the AI SDK that the package serves, behind the types of the newest one. */

import { createOpenAI } from '@ai-sdk/openai';
import * as ai7 from 'ai';
import { createOpenAI as createOpenAI3 } from 'ai-sdk-openai3';
import * as ai6 from 'ai6';
import type { SpanlineTelemetry } from '@spanline/ai-sdk';

/** One version of the SDK with its provider. */
export interface Sdk {
  readonly version: 6 | 7;
  readonly ai: typeof ai7;
  readonly createOpenAI: typeof createOpenAI;
}

/** Every version. */
export const SDKS: readonly Sdk[] = [
  { version: 7, ai: ai7, createOpenAI },
  {
    version: 6,
    ai: ai6 as unknown as typeof ai7,
    createOpenAI: createOpenAI3 as unknown as typeof createOpenAI,
  },
];

/** The option of a call that hands it a telemetry object. Version 7 reads it under its old name as well. */
export const watchedBy = (
  telemetry: SpanlineTelemetry,
  more: object = {},
): { experimental_telemetry: { integrations: SpanlineTelemetry } } => ({
  experimental_telemetry: { integrations: telemetry, ...more },
});
