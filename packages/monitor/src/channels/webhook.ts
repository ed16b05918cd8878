import { createHmac, timingSafeEqual } from 'node:crypto';
import { SpanlineError } from '@spanline/core';
import type { Secret } from '@spanline/remote';
import type { Channel } from '../alerting/types.ts';
import { optionsOf } from '../options.ts';
import { checkSecret, checkUrl, post, readKey } from './post.ts';

/** Options of {@link webhook}. */
export interface WebhookOptions {
  url: Secret;
  /** Signs each request. @defaultValue none */
  secret?: Secret;
  headers?: Readonly<Record<string, Secret>>;
}

const SIGNATURE = /^t=(?<time>\d{1,12}),v1=(?<digest>[0-9a-f]{64})$/;
const TOLERANCE_SECONDS = 300;

function digestOf(secret: string, time: string, body: string): Buffer {
  return createHmac('sha256', secret).update(`${time}.${body}`).digest();
}

/**
 * Posts `{ "alerts": [Alert] }`. With a secret, the header `spanline-signature: t=<seconds>,v1=<hex>` holds the HMAC-SHA256 of `<seconds>.<body>` (Stripe's scheme); {@link verifySignature} checks it.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function webhook(options: WebhookOptions): Channel {
  const { url, secret, headers = {} } = optionsOf(options);
  const target = checkUrl('url', url);
  const key = secret === undefined ? undefined : checkSecret('secret', secret);
  const extra = Object.entries(optionsOf(headers, 'headers')).map(([name, value]) => {
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return [name, checkSecret(`headers.${name}`, value)] as const;
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'headers', expected: 'names of headers', got: name });
  });
  return {
    async send(alerts, signal) {
      const body = JSON.stringify({ alerts });
      const sent = Object.fromEntries(extra.map(([name, value]) => [name, readKey(name, value)]));
      if (key !== undefined) {
        const time = String(Math.floor(Date.now() / 1000));
        sent['spanline-signature'] = `t=${time},v1=${digestOf(readKey('secret', key), time, body).toString('hex')}`;
      }
      await post({ url: target, headers: sent, body, signal });
    },
  };
}

/**
 * True when the header is the signature of this very body, and not older than five minutes.
 *
 * @param body - as it came, before it is parsed
 * @param header - `spanline-signature`
 */
export function verifySignature(body: string, header: string | undefined, secret: string): boolean {
  const { time, digest } = SIGNATURE.exec(header ?? '')?.groups ?? {};
  if (time === undefined || digest === undefined) return false;
  if (Math.abs(Date.now() / 1000 - Number(time)) > TOLERANCE_SECONDS) return false;
  return timingSafeEqual(digestOf(secret, time, body), Buffer.from(digest, 'hex'));
}
