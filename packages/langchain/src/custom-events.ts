import type { Run } from '@spanline/instrumentation';
import { readable } from './messages.ts';
import type { OpenRuns } from './open-runs.ts';
import type { RunData } from './run-data.ts';

/** Google's clients send every request and response, whole, as custom events; the model call's span has them. */
const PROVIDER_DUMP = /^google-(?:request|response|chunk)-/;
const MAX_EVENTS = 50;

/** Writes an event that the application dispatched inside of a run. Beyond fifty of one run they are counted. */
export function writeCustomEvent(runs: OpenRuns, run: Run<RunData>, name: string, data: unknown): void {
  if (PROVIDER_DUMP.test(name)) return;
  const { span, data: kept } = run;
  if (++kept.customEvents > MAX_EVENTS) {
    span.set({ 'spanline.custom_events.left_out': kept.customEvents - MAX_EVENTS });
    return;
  }
  runs.moment(span, { name: `custom_event ${name}`, type: 'task', input: readable(data) }).end();
}
