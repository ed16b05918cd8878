import type { Secret } from '@spanline/remote';
import type { Alert, Channel } from '../alerting/types.ts';
import { optionsOf } from '../options.ts';
import { checkSecret, checkUrl, post, readKey } from './post.ts';

const EVENTS_API = 'https://events.pagerduty.com/v2/enqueue';
/** Longest `summary` (developer.pagerduty.com, Events API v2). */
const MAX_SUMMARY = 1024;
/** Each is a request, and all of them have the time of one attempt. */
const MAX_ALERTS = 25;

/** Options of {@link pagerDuty}. */
export interface PagerDutyOptions {
  /** The integration's key. */
  routingKey: Secret;
  /** @defaultValue `https://events.pagerduty.com/v2/enqueue` */
  url?: Secret;
}

function eventOf(alert: Alert, routingKey: string): object {
  const event = { routing_key: routingKey, dedup_key: alert.key };
  if (alert.event === 'recovered') return { ...event, event_action: 'resolve' };
  const { message, severity, service, environment, name, step, at, ...details } = alert;
  return {
    ...event,
    event_action: 'trigger',
    payload: {
      summary: message.slice(0, MAX_SUMMARY),
      source: service === '' ? 'spanline' : service,
      severity,
      timestamp: new Date(at).toISOString(),
      component: step,
      group: environment,
      class: name,
      custom_details: details,
    },
  };
}

/**
 * Triggers and resolves incidents through the Events API v2. The alert's key is the `dedup_key`: one incident for all replicas, from `fired` to `recovered`.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function pagerDuty(options: PagerDutyOptions): Channel {
  const { routingKey, url = EVENTS_API } = optionsOf(options);
  const key = checkSecret('routingKey', routingKey);
  const target = checkUrl('url', url);
  return {
    maxAlerts: MAX_ALERTS,
    async send(alerts, signal) {
      const text = readKey('routing key', key);
      // Side by side, but what is said of one incident in its order.
      const incidents = new Map<string, Alert[]>();
      for (const alert of alerts) incidents.set(alert.key, [...(incidents.get(alert.key) ?? []), alert]);
      await Promise.all(
        [...incidents.values()].map(async (events) => {
          for (const alert of events) await post({ url: target, body: JSON.stringify(eventOf(alert, text)), signal });
        }),
      );
    },
  };
}
