/** Traces the calls of the AI SDK in a program that is started with `--import @spanline/ai-sdk/register`. */

import { defaultTracer } from '@spanline/core';
import { type SpanlineTelemetry, spanlineTelemetry } from './telemetry/telemetry.ts';

/** The list that `registerTelemetry` and `registerTelemetryIntegration` add to. All copies of the SDK share it. */
const shared = globalThis as { AI_SDK_TELEMETRY_INTEGRATIONS?: SpanlineTelemetry[] };

if (defaultTracer().enabled) (shared.AI_SDK_TELEMETRY_INTEGRATIONS ??= []).push(spanlineTelemetry());
