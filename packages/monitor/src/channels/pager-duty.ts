import { checkOptions, option, type Shape } from '@spanline/record';
import type { Secret } from '@spanline/remote';
import type { Alert } from '../alerts/alert.ts';
import type { Channel } from '../alerts/channel.ts';
import { messageLine, shorten } from './message-text.ts';
import { post } from './post.ts';
import { requireSecret, secretOption, urlOption } from './secrets.ts';

const EVENTS_API = 'https://events.pagerduty.com/v2/enqueue';
/** Longest `summary` (developer.pagerduty.com, Events API v2). */
const MAX_SUMMARY = 1024;
/** Each alert is a request, and all of them share the time of one attempt. */
const MAX_ALERTS = 25;

/** Options of {@link pagerDuty}. */
export interface PagerDutyOptions {
  /** Integration key of the service. */
  routingKey: Secret;
  /** @defaultValue `https://events.pagerduty.com/v2/enqueue` */
  url?: Secret;
}

const SHAPE: Shape<PagerDutyOptions> = { routingKey: option.required(secretOption), url: urlOption };

function eventOf(alert: Alert, routingKey: string): object {
  const event = { routing_key: routingKey, dedup_key: alert.key };
  if (alert.event === 'recovered') return { ...event, event_action: 'resolve' };
  const { message, severity, service, environment, name, step, at, ...details } = alert;
  return {
    ...event,
    event_action: 'trigger',
    payload: {
      summary: shorten(messageLine(message), MAX_SUMMARY),
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
 * Triggers and resolves incidents through the Events API v2. The alert's key is the `dedup_key`, so that each
 * process has one incident from `fired` to `recovered`.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function pagerDuty(options: PagerDutyOptions): Channel {
  checkOptions(SHAPE, options);
  const { routingKey, url = EVENTS_API } = options;
  return {
    maxAlerts: MAX_ALERTS,
    async send(alerts, signal) {
      const key = requireSecret('routing key', routingKey);
      // Requests of different incidents run in parallel, those of one incident in order.
      const incidents = new Map<string, Alert[]>();
      for (const alert of alerts) incidents.set(alert.key, [...(incidents.get(alert.key) ?? []), alert]);
      await Promise.all(
        [...incidents.values()].map(async (events) => {
          for (const alert of events) await post({ url, body: JSON.stringify(eventOf(alert, key)), signal });
        }),
      );
    },
  };
}
