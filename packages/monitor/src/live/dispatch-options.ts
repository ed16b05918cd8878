import { option, type Shape, SpanlineError } from '@spanline/record';
import type { Channel } from '../alerts/channel.ts';
import type { Severity } from '../rules/types.ts';

/** Destinations of alerts, beside the log. */
export interface DispatchOptions {
  /** Channels by the name that rules use in `notifyChannel`. A function is a channel, too. */
  channels?: Readonly<Record<string, Channel | Channel['send']>>;
  /** A further channel for all alerts of a severity: `{ critical: 'pager' }`. */
  routes?: Readonly<Partial<Record<Severity, string>>>;
  /** Collects alerts for this many seconds into one message, 0 to 86400. @defaultValue 0 */
  digestSeconds?: number;
}

function isChannel(value: unknown): boolean {
  if (typeof value === 'function') return true;
  const { send, maxAlerts = 1 } = (value ?? {}) as Partial<Channel>;
  return typeof send === 'function' && Number.isInteger(maxAlerts) && maxAlerts >= 1;
}

const channel = option.like<Channel | Channel['send']>('a function, or an object { send, maxAlerts? }', isChannel);

/** Rules of {@link DispatchOptions}. */
export const DISPATCH_SHAPE: Shape<DispatchOptions> = {
  // The URL of a webhook may be given by mistake, and may be a key.
  channels: option.dictionary(option.secret(channel)),
  routes: option.object<Partial<Record<Severity, string>>>({ warning: option.string(), critical: option.string() }),
  digestSeconds: option.number({ min: 0, max: 86_400 }),
};

/** @throws SpanlineError `ERR_INVALID_OPTION` for a route to a channel that does not exist */
export function checkRoutes({ channels = {}, routes = {} }: DispatchOptions): void {
  const names = Object.keys(channels);
  for (const [severity, name] of Object.entries(routes)) {
    if (names.includes(name)) continue;
    const expected = `the name of a channel (${names.join(', ') || 'there is none'})`;
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: `routes.${severity}`, expected, got: name });
  }
}
