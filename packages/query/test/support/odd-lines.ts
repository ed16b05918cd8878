/** Lines of a tracer, and lines among them that JSON readers may see in different ways. */

import { toDatadog, toEcs } from '@spanline/record';
import { span, spanId, traceId } from './logs.ts';

/** The record of a line. */
export const plain = (number: number): object =>
  span(number, {
    at: number * 10,
    ms: 5 + number / 4,
    trace_id: traceId(1 + (number % 4)),
    ...(number % 3 === 0 ? {} : { parent_span_id: spanId(number - 1) }),
    'gen_ai.request.model': number % 2 === 0 ? 'gpt-4o' : 'café',
    'gen_ai.usage.input_tokens': 100 * number,
    'spanline.cost.usd': number / 1e7,
    'spanline.tags': number % 2 === 0 ? ['a', 'b'] : [],
    'spanline.retrieval.empty': number % 2 === 0,
    'labels.tenant': 'acme',
    'labels.seats': number,
    'user.id': 'u-1',
    'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'say "hi"\n' }] }]),
  });
export const json = (record: object): string => JSON.stringify(record);
const and = (number: number, text: string): string => `${json(plain(number)).slice(0, -1)},${text}}`;

/** Lines that are no plain ones, and that JSON readers may see in different ways. */
export const ODD: Readonly<Record<string, (number: number) => string>> = {
  'a key of its own': (n) => and(n, '"own":1'),
  'a rare key': (n) => and(n, '"gen_ai.tool.name":"search"'),
  'a label that others do not have': (n) => and(n, '"labels.rare":"x"'),
  'a label of another case': (n) => and(n, '"labels.Tenant":"other"'),
  'a label that is a fraction': (n) => json({ ...plain(n), 'labels.seats': 1.5 }),
  'a label that is an object': (n) => json({ ...plain(n), 'labels.tenant': { a: 1 } }),
  'a number that is a text': (n) => json({ ...plain(n), 'gen_ai.usage.input_tokens': '12', duration_ms: '5' }),
  'a text that is a number': (n) => json({ ...plain(n), 'span.name': 12, 'user.id': true }),
  'a text that looks like a number': (n) => json({ ...plain(n), 'span.name': '12', 'user.id': '[1]' }),
  'a fraction of a token': (n) => json({ ...plain(n), 'gen_ai.usage.input_tokens': 1.5 }),
  'a number that is too large': (n) => and(n, '"gen_ai.usage.output_tokens":12345678901234567890'),
  'a number with an exponent': (n) => json(plain(n)).replace(/"duration_ms":[\d.]+/, '"duration_ms":1e3'),
  'a key twice': (n) => and(n, '"span.name":"second"'),
  'a key of its own twice': (n) => and(n, '"own":1,"own":2'),
  'a key with an escape': (n) => and(n, String.raw`"span\u002ename":"second"`),
  'a nested key': (n) => and(n, '"span":{"name":"nested"},"gen_ai":{"usage":{"output_tokens":7}}'),
  'a key that is null': (n) => and(n, '"error.type":null'),
  'an escape in a name': (n) => json({ ...plain(n), 'span.name': 'a "b" \u0000' }),
  'half of a surrogate pair': (n) => json({ ...plain(n), 'span.name': 'a\ud800' }),
  'a time that is none': (n) => json({ ...plain(n), '@timestamp': 'now', 'event.start': 12 }),
  'a time of another zone': (n) => json({ ...plain(n), 'event.start': '2026-11-23T10:00:00.5+01:00' }),
  'an old time': (n) => json({ ...plain(n), 'event.start': '1969-12-31T23:59:59.9995Z' }),
  'a level by number': (n) => json({ ...plain(n), level: 30 }),
  'no level': (n) => json({ ...plain(n), level: undefined }),
  'no schema': (n) => json({ ...plain(n), 'spanline.schema': undefined }),
  'the start of a span': (n) => json({ ...plain(n), 'event.name': 'span.start' }),
  'a score': (n) => json({ ...plain(n), 'event.name': 'gen_ai.evaluation.result', 'event.start': undefined }),
  'a line in ECS': (n) => json(toEcs(plain(n) as never)),
  'a line for Datadog': (n) => json(toDatadog(plain(n) as never)),
  'a nested level of ECS': (n) => and(n, '"log":{"level":"error"}'),
  'a key of Datadog': (n) => and(n, '"ddsource":"nodejs"'),
  'ids of another logger': (n) => and(n, '"trace.id":"0af7651916cd43dd8448eb211c80319c"'),
  'a line of pino': () => '{"level":30,"time":1763888400000,"msg":"hello","trace_id":"x"}',
  'an object without keys': () => '{}',
  'spaces around': (n) => `  ${json(plain(n))} \t`,
  'spaces inside': (n) => JSON.stringify(plain(n), undefined, 1).replaceAll('\n', ''),
  'a carriage return': (n) => `${json(plain(n))}\r`,
  'not a number': (n) => and(n, '"own":NaN'),
  'a comma too many': (n) => `${json(plain(n)).slice(0, -1)},}`,
  'a line of Docker': (n) => json({ log: `${json(plain(n))}\n`, stream: 'stdout', time: '2026-11-23T09:00:00Z' }),
  'null alone': () => 'null',
  'a blank line': () => '',
  'white space': () => ' \t\r',
  // From here on, the line reader reads the whole file.
  'vertical space': () => '\u000b\u000c',
  text: () => 'Server listening on 3000',
  'an array': () => '[1]',
  'two objects': (n) => json(plain(n)) + json(plain(n + 1)),
  'an object on several lines': (n) => JSON.stringify(plain(n), undefined, 2),
  'zero bytes': (n) => `\u0000\u0000${json(plain(n))}`,
  'a mark of byte order': (n) => `\uFEFF${json(plain(n))}`,
  'a broken line': () => '{"broken":',
  'the parts of a line': (n) => {
    const text = json(plain(n));
    const part = (log: string): string => json({ log, stream: 'stdout', time: '2026-11-23T09:00:00Z' });
    return `${part(text.slice(0, 50))}\n${part(`${text.slice(50)}\n`)}`;
  },
};

/** Lines that a tracer wrote. */
export const plainLines = (count: number): string[] => Array.from({ length: count }, (_, n) => json(plain(n + 10)));
