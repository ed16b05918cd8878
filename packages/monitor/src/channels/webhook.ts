import { createHmac, timingSafeEqual } from 'node:crypto';
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Secret } from '@spanline/remote';
import type { Channel } from '../alerts/channel.ts';
import { post } from './post.ts';
import { requireSecret, secretOption, urlOption } from './secrets.ts';

/** Options of {@link webhook}. */
export interface WebhookOptions {
  url: Secret;
  /** Signs each request. @defaultValue none */
  secret?: Secret;
  headers?: Readonly<Record<string, Secret>>;
}

const SIGNATURE = /^t=(?<time>\d{1,12}),v1=(?<digest>[0-9a-f]{64})$/;
const TOLERANCE_SECONDS = 300;

const SHAPE: Shape<WebhookOptions> = {
  url: option.required(urlOption),
  secret: secretOption,
  headers: option.dictionary(secretOption, 'an object with names of HTTP headers', option.headerName()),
};

function sign(secret: string, time: string, body: string): Buffer {
  return createHmac('sha256', secret).update(`${time}.${body}`).digest();
}

/**
 * Posts `{ "alerts": [Alert] }`. With a secret, the header `spanline-signature: t=<seconds>,v1=<hex>` contains the
 * HMAC-SHA256 of `<seconds>.<body>` (Stripe's scheme), which {@link verifySignature} verifies.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function webhook(options: WebhookOptions): Channel {
  checkOptions(SHAPE, options);
  const { url, secret, headers = {} } = options;
  return {
    async send(alerts, signal) {
      const body = JSON.stringify({ alerts });
      const values = Object.entries(headers).map(([name, value]) => [name, requireSecret(name, value)] as const);
      const sent: Record<string, string> = Object.fromEntries(values);
      if (secret !== undefined) {
        const time = String(Math.floor(Date.now() / 1000));
        const digest = sign(requireSecret('secret', secret), time, body).toString('hex');
        sent['spanline-signature'] = `t=${time},v1=${digest}`;
      }
      await post({ url, headers: sent, body, signal });
    },
  };
}

/**
 * Verifies the signature of a {@link webhook}.
 *
 * @param body - as received, before it is parsed
 * @param header - `spanline-signature`
 * @returns true if the signature belongs to this body and is at most five minutes old
 */
export function verifySignature(body: string, header: string | undefined, secret: string): boolean {
  const { time, digest } = SIGNATURE.exec(header ?? '')?.groups ?? {};
  if (time === undefined || digest === undefined) return false;
  if (Math.abs(Date.now() / 1000 - Number(time)) > TOLERANCE_SECONDS) return false;
  return timingSafeEqual(sign(secret, time, body), Buffer.from(digest, 'hex'));
}
