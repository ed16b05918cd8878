import type { Run } from '@spanline/instrumentation';
import { readable } from '../objects/readable.ts';
import type { OpenRuns } from '../runs/open-runs.ts';
import type { RunData } from '../runs/run-data.ts';

/** Google's clients dispatch every request and response as custom events. The model call's span holds both already. */
const PROVIDER_DUMP = /^google-(?:request|response|chunk)-/;
const MAX_EVENTS = 50;

/** Writes a dispatched event as an instant span. A run has at most 50; further events are counted. */
export function writeCustomEvent(runs: OpenRuns, { span, data }: Run<RunData>, name: string, payload: unknown): void {
  if (PROVIDER_DUMP.test(name)) return;
  if (++data.customEvents > MAX_EVENTS) {
    span.set({ 'spanline.custom_events.left_out': data.customEvents - MAX_EVENTS });
    return;
  }
  runs.startInstant(span, { name: `custom_event ${name}`, type: 'task', input: readable(payload) }).end();
}
