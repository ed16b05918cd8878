import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/effort.ts';
import { parseLine } from '../../src/reading/index.ts';
import { readTime } from '../../src/reading/time.ts';

type Leaves = [path: string, value: unknown][];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every value of an object with its dotted path. An object without keys is a value. */
function leaves(object: Record<string, unknown>, prefix = ''): Leaves {
  return Object.keys(object).flatMap((key): Leaves => {
    const value = object[key];
    const path = prefix + key;
    return isObject(value) && Object.keys(value).length > 0 ? leaves(value, `${path}.`) : [[path, value]];
  });
}

const WORDS = [
  'level',
  'time',
  'timestamp',
  '@timestamp',
  'msg',
  'message',
  'severity',
  'status',
  'service',
  'duration',
  'ddtags',
  'ddsource',
  'transaction',
  'id',
  'client',
  'ip',
  'ecs',
  'version',
  'trace',
  'span',
  'http',
  'request',
  'error',
  'type',
  'labels',
  'host',
  'name',
  'usr',
  '__proto__',
  'constructor',
  'trace_id',
  'span_id',
  'event',
  'env',
  'ts',
  '@t',
  '@m',
  '@mt',
  'PRIORITY',
  'MESSAGE',
  'args',
  'data',
  'date',
  'datetime',
  'timezone',
  'L',
  'M',
  'T',
  'levelno',
  'channel',
  'formattedMessage',
  'sequenceNumber',
  '',
];
const PINO_LEVELS: Readonly<Record<string, unknown>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
};

const keys = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.array(fc.constantFrom(...WORDS), { minLength: 2, maxLength: 3 }).map((words) => words.join('.')),
  fc.string({ maxLength: 5 }),
);
const scalars = fc.oneof(
  fc.constantFrom(
    1_772_619_630_456,
    '2026-03-04T10:20:30.456789Z',
    'info',
    'nodejs',
    30,
    '8.17.0',
    812,
    true,
    null,
    '',
  ),
  fc.string(),
  fc.integer(),
);
const { object } = fc.letrec<{ object: Record<string, unknown>; value: unknown }>((tie) => ({
  object: fc
    .array(fc.tuple(keys, tie('value')), { maxLength: 6 })
    .map(
      (entries) =>
        JSON.parse(
          `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`,
        ) as Record<string, unknown>,
    ),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalars,
    fc.array(scalars, { maxLength: 3 }),
    tie('object'),
  ),
}));

describe('a line that is not ours', () => {
  it('loses no field: each value is in the record or in the rest', () => {
    fc.assert(
      fc.property(object, (line) => {
        fc.pre(!('spanline.schema' in line));
        const parsed = parseLine(JSON.stringify(line));
        if (parsed === undefined) throw new Error('a JSON object was not read');
        const { level, '@timestamp': time } = parsed.record;
        const held = new Set(
          [...leaves(parsed.record as Record<string, unknown>), ...leaves(parsed.rest)]
            .flatMap(([, value]) => (Array.isArray(value) ? [value, ...(value as unknown[])] : [value]))
            .map((value) => JSON.stringify(value)),
        );
        for (const [path, value] of leaves(line)) {
          const isLevel = level !== undefined && PINO_LEVELS[level] === value;
          const isTime = time !== undefined && readTime(value, Date.now()) === time;
          // An array beside another value of its key is joined with it.
          const isJoined = Array.isArray(value) && value.every((entry) => held.has(JSON.stringify(entry)));
          const isKept = held.has(JSON.stringify(value)) || isLevel || isTime || isJoined;
          expect(isKept, `${path}: ${JSON.stringify(value)}`).toBe(true);
        }
      }),
      { numRuns: runs(500, 5000) },
    );
  });

  it('keeps fields with names that profiles add to our records', () => {
    const own = {
      duration: 812,
      'transaction.id': 'tx-41',
      'client.ip': '203.0.113.9',
      ddtags: 'team:search',
      ddsource: 'java',
    };
    const parsed = parseLine({ 'ecs.version': '1.6.0', 'log.level': 'info', message: 'booked', ...own });
    expect(parsed?.rest).toEqual({ ...own, 'ecs.version': '1.6.0' });
  });

  it('keeps a message, level or time that cannot be used', () => {
    expect(parseLine({ level: {}, time: 'soon', msg: 4711 })).toEqual({
      kind: 'log',
      record: {},
      rest: { level: {}, time: 'soon', msg: 4711 },
    });
  });

  it('takes the first field that has a time, and leaves the others', () => {
    expect(parseLine({ time: 35, timestamp: '2026-03-04T10:20:30.456Z', ts: 1_772_619_630 })).toMatchObject({
      record: { '@timestamp': '2026-03-04T10:20:30.456Z' },
      rest: { time: 35, ts: 1_772_619_630 },
    });
    expect(parseLine({ '@timestamp': 'never', '@t': '2026-03-04T10:20:30Z' })).toMatchObject({
      record: { '@timestamp': '2026-03-04T10:20:30.000Z' },
      rest: { '@timestamp': 'never' },
    });
    expect(parseLine({ instant: { epochSecond: 1_772_619_630, nanoOfSecond: 4_560_000 } })).toEqual({
      kind: 'log',
      record: { '@timestamp': '2026-03-04T10:20:30.00456Z' },
      rest: {},
    });
  });

  it('takes the time from the key that is given, nested or not', () => {
    const line = { time: '2026-03-04T10:20:30Z', meta: { at: '2026-03-04T11:00:00Z' } };
    expect(parseLine(line, { timeKey: 'meta.at' })).toMatchObject({
      record: { '@timestamp': '2026-03-04T11:00:00.000Z' },
      rest: { time: '2026-03-04T10:20:30Z' },
    });
  });

  it('keeps both values of a key that is there dotted and nested', () => {
    expect(parseLine('{"cart.size":3,"cart":{"size":5}}')?.rest).toEqual({ 'cart.size': [3, 5] });
    expect(parseLine('{"trace_id":"a","http.request.id":"r","http":{"request":{"id":7}}}')).toMatchObject({
      record: { 'http.request.id': 'r' },
      rest: { 'http.request.id': 7 },
    });
  });

  it('keeps all values of a key that is there more than once', () => {
    expect(parseLine('{"level":30,"msg":"first","msg":"second","reqId":"a","reqId":"b","reqId":"c"}')).toMatchObject({
      record: { level: 'info', message: 'second' },
      rest: { _msg: 'first', _reqId: 'a', _reqId_2: 'b', reqId: 'c' },
    });
    expect(parseLine('{"o":{"a":1,"a":{"b":2}},"l":[{"x":1, "x" : 2}],"text":"\\":"}')?.rest).toEqual({
      'o._a': 1,
      'o.a.b': 2,
      l: [{ _x: 1, x: 2 }],
      text: '":',
    });
    expect(parseLine('{"_a":0,"a":1,"a":2,"a":3}')?.rest).toEqual({ _a: 0, _a_2: 1, _a_3: 2, a: 3 });
    expect(parseLine('{"\\u0061":12345678901234567890,"a":1}')?.rest).toEqual({ _a: '12345678901234567890', a: 1 });
    expect(Object.entries(parseLine('{"__proto__":1,"__proto__":2}')?.rest ?? {})).toEqual([
      ['___proto__', 1],
      ['__proto__', 2],
    ]);
  });

  it('reads a line with a key that is there very often, or nested very deep', () => {
    const often = `{${Array.from({ length: 50_000 }, (_, n) => `"a":${n}`).join(',')}}`;
    expect(Object.keys(parseLine(often)?.rest ?? {})).toHaveLength(50_000);
    const deep = `{"msg":"m","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(parseLine(deep)?.record).toEqual({ message: 'm' });
  });

  it('keeps a time with more digits than it can have, and one whose offset or fraction is none', () => {
    const precise = '2026-03-04T10:20:30.1234567891234Z';
    expect(parseLine({ time: precise, msg: 'm' })).toMatchObject({
      record: { '@timestamp': '2026-03-04T10:20:30.123456789Z' },
      rest: { time: precise },
    });
    const wrong = [
      { time: '2026-03-04T10:20:30+99:99' },
      { timestamp: { seconds: 1_772_619_630, nanos: 1_234_567_890 } },
    ];
    for (const line of wrong) expect(parseLine(line)?.record).toEqual({});
  });

  it("leaves an application's own dates where they are", () => {
    const own = { date: '2026-01-01T00:00:00Z', t: '2026-01-01T00:00:00Z', start_time: '2026-01-01T00:00:00Z', s: 'W' };
    expect(parseLine({ ...own, msg: 'm' })).toMatchObject({ record: { message: 'm' }, rest: own });
  });

  it('keeps all digits of its numbers', () => {
    const line =
      '{"order":1234567890123456789,"account":9007199254740993,"price":0.1234567890123456789,"n":1e400,"safe":9007199254740992,"part":0.1}';
    expect(parseLine(line)?.rest).toEqual({
      order: '1234567890123456789',
      account: '9007199254740993',
      price: '0.1234567890123456789',
      n: '1e400',
      safe: 9_007_199_254_740_992,
      part: 0.1,
    });
    expect(parseLine('{"time":1772619630456789123,"text":"a \\" 12345678901234567890"}')).toMatchObject({
      record: { '@timestamp': '2026-03-04T10:20:30.456789123Z' },
      rest: { text: 'a " 12345678901234567890' },
    });
    expect(parseLine('{12345678901234567890:1}')).toBeUndefined();
  });

  it.each([
    [
      'Serilog, with the text',
      '{"@t":"2026-03-04T10:20:30.4567891Z","@m":"Booked \\"A-7\\"","@i":"a1b2","@l":"Warning","@x":"System.Exception: full\\n   at Desk.Book()","Seat":"A-7"}',
      { message: 'Booked "A-7"', level: 'warn', '@timestamp': '2026-03-04T10:20:30.4567891Z' },
      { '@i': 'a1b2', '@l': 'Warning', '@x': 'System.Exception: full\n   at Desk.Book()', Seat: 'A-7' },
    ],
    [
      'Serilog, with the template',
      '{"@t":"2026-03-04T10:20:30.4567891Z","@mt":"Booked {Seat}","Seat":"A-7"}',
      { message: 'Booked {Seat}', level: 'info', '@timestamp': '2026-03-04T10:20:30.4567891Z' },
      { '@mt': 'Booked {Seat}', Seat: 'A-7' },
    ],
    [
      'Serilog, plain',
      '{"Timestamp":"2026-03-04T12:20:30.4567891+02:00","Level":"Error","MessageTemplate":"Booked {Seat}","RenderedMessage":"Booked A-7","Properties":{"Seat":"A-7"}}',
      { message: 'Booked A-7', level: 'error', '@timestamp': '2026-03-04T10:20:30.4567891Z' },
      { Level: 'Error', MessageTemplate: 'Booked {Seat}', 'Properties.Seat': 'A-7' },
    ],
    [
      'journald',
      '{"__CURSOR":"s=7;i=1","__REALTIME_TIMESTAMP":"1772619630456789","PRIORITY":"3","_PID":"812","MESSAGE":"no seat"}',
      { message: 'no seat', level: 'error', '@timestamp': '2026-03-04T10:20:30.456789Z' },
      { __CURSOR: 's=7;i=1', PRIORITY: '3', _PID: '812' },
    ],
    [
      'journald, of a text that it writes as bytes',
      '{"__REALTIME_TIMESTAMP":"1772619630456789","PRIORITY":"6","MESSAGE":[27,91,48,109,195,169]}',
      { message: '\u001b[0mé', level: 'info', '@timestamp': '2026-03-04T10:20:30.456789Z' },
      { PRIORITY: '6', MESSAGE: [27, 91, 48, 109, 195, 169] },
    ],
    [
      'GELF',
      '{"version":"1.1","host":"web-1","short_message":"no seat","full_message":"no seat\\n at Desk","timestamp":1772619630.456,"level":4}',
      { message: 'no seat', level: 'warn', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { version: '1.1', host: 'web-1', full_message: 'no seat\n at Desk', level: 4 },
    ],
    [
      'Google Cloud',
      '{"severity":"NOTICE","textPayload":"no seat","timestamp":"2026-03-04T10:20:30.456789Z"}',
      { message: 'no seat', level: 'info', '@timestamp': '2026-03-04T10:20:30.456789Z' },
      { severity: 'NOTICE' },
    ],
    [
      '.NET',
      '{"Timestamp":"2026-03-04T10:20:30.456Z","EventId":14,"LogLevel":"Critical","Category":"Shop.Desk","Message":"no seat","State":{"Message":"no seat"}}',
      { message: 'no seat', level: 'fatal', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { EventId: 14, LogLevel: 'Critical', Category: 'Shop.Desk', 'State.Message': 'no seat' },
    ],
    [
      'OpenTelemetry',
      '{"Timestamp":"1772619630456789012","SeverityText":"WARN2","SeverityNumber":14,"Body":"no seat","Attributes":{"seat":7}}',
      { message: 'no seat', level: 'warn', '@timestamp': '2026-03-04T10:20:30.456789012Z' },
      { SeverityText: 'WARN2', SeverityNumber: 14, 'Attributes.seat': 7 },
    ],
    [
      'nginx, with its own names',
      '{"time_local":"04/Mar/2026:12:20:30 +0200","status":200,"request":"GET /seats HTTP/1.1"}',
      { '@timestamp': '2026-03-04T10:20:30.000Z' },
      { status: 200, request: 'GET /seats HTTP/1.1' },
    ],
    [
      'MongoDB',
      '{"t":{"$date":"2026-03-04T12:20:30.456+02:00"},"s":"W","c":"NETWORK","id":22943,"msg":"no seat"}',
      { message: 'no seat', level: 'warn', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { s: 'W', c: 'NETWORK', id: 22943 },
    ],
    [
      'MySQL',
      '{"prio":2,"err_code":10909,"msg":"no seat","time":"2026-03-04T10:20:30.456789Z","label":"Warning"}',
      { message: 'no seat', level: 'warn', '@timestamp': '2026-03-04T10:20:30.456789Z' },
      { prio: 2, err_code: 10909, label: 'Warning' },
    ],
    [
      "HashiCorp's tools",
      '{"@level":"error","@message":"no seat","@module":"vault","@timestamp":"2026-03-04T10:20:30.456789Z"}',
      { message: 'no seat', level: 'error', '@timestamp': '2026-03-04T10:20:30.456789Z' },
      { '@level': 'error', '@module': 'vault' },
    ],
    [
      'Google Cloud, with its time in two fields',
      '{"severity":"ERROR","message":"no seat","timestampSeconds":"1772619630","timestampNanos":456000000}',
      { message: 'no seat', level: 'error', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { severity: 'ERROR' },
    ],
    [
      'OTLP',
      '{"timeUnixNano":"1772619630456789012","severityNumber":13,"body":{"stringValue":"no seat"}}',
      { message: 'no seat', level: 'warn', '@timestamp': '2026-03-04T10:20:30.456789012Z' },
      { severityNumber: 13 },
    ],
    [
      'log15',
      '{"lvl":"eror","msg":"no seat","t":"2026-03-04T10:20:30.456Z"}',
      { message: 'no seat', level: 'error', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { lvl: 'eror' },
    ],
    [
      'Envoy',
      '{"start_time":"2026-03-04T10:20:30.456Z","method":"GET","response_code":200}',
      { '@timestamp': '2026-03-04T10:20:30.456Z' },
      { method: 'GET', response_code: 200 },
    ],
    [
      'Fluent Bit',
      '{"date":1772619630.456,"log":"no seat","stream":"stdout"}',
      { message: 'no seat', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { stream: 'stdout' },
    ],
    [
      'structlog',
      '{"event":"no seat","level":"warning","timestamp":"2026-03-04T10:20:30.456Z","seat":7}',
      { message: 'no seat', level: 'warn', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { event: 'no seat', level: 'warning', seat: 7 },
    ],
    [
      'tracing of Rust',
      '{"timestamp":"2026-03-04T10:20:30.456789Z","level":"WARN","fields":{"message":"no seat","seat":7},"target":"shop::desk"}',
      { message: 'no seat', level: 'warn', '@timestamp': '2026-03-04T10:20:30.456789Z' },
      { level: 'WARN', 'fields.seat': 7, target: 'shop::desk' },
    ],
    [
      'loguru',
      '{"text":"no seat\\n","record":{"level":{"name":"WARNING","no":30},"message":"no seat","time":{"repr":"2026-03-04 12:20:30+02:00","timestamp":1772619630.456}}}',
      { message: 'no seat', level: 'warn', '@timestamp': '2026-03-04T10:20:30.456Z' },
      {
        text: 'no seat\n',
        'record.level.name': 'WARNING',
        'record.level.no': 30,
        'record.time.repr': '2026-03-04 12:20:30+02:00',
      },
    ],
    [
      'tslog',
      '{"0":"no seat","1":{"seat":7},"_meta":{"date":"2026-03-04T10:20:30.456Z","logLevelId":4,"logLevelName":"WARN"}}',
      { message: 'no seat', level: 'warn', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { '1.seat': 7, '_meta.logLevelId': 4, '_meta.logLevelName': 'WARN' },
    ],
    [
      'Google Cloud, with a structure',
      '{"severity":"WARNING","jsonPayload":{"message":"no seat","seat":7},"timestamp":"2026-03-04T10:20:30.456Z"}',
      { message: 'no seat', level: 'warn', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { severity: 'WARNING', 'jsonPayload.seat': 7 },
    ],
    [
      'winston, with the colours of a terminal',
      '{"level":"\\u001b[33mwarn\\u001b[39m","message":"no seat","timestamp":"2026-03-04T10:20:30.456Z"}',
      { message: 'no seat', level: 'warn', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { level: '\u001b[33mwarn\u001b[39m' },
    ],
    [
      'roarr',
      '{"context":{"logLevel":40},"message":"no seat","sequence":"0","time":1772619630456}',
      { message: 'no seat', level: 'warn', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { 'context.logLevel': 40, sequence: '0' },
    ],
    [
      'log4js',
      '{"startTime":"2026-03-04T10:20:30.456Z","categoryName":"desk","data":["no seat"],"level":{"level":30000,"levelStr":"WARN"}}',
      { message: 'no seat', level: 'warn', '@timestamp': '2026-03-04T10:20:30.456Z' },
      { categoryName: 'desk', data: ['no seat'], 'level.level': 30000, 'level.levelStr': 'WARN' },
    ],
    [
      'osquery',
      '{"hostIdentifier":"web-1","calendarTime":"Wed Mar  4 10:20:30 2026 UTC","unixTime":1772619630,"action":"added"}',
      { '@timestamp': '2026-03-04T10:20:30.000Z' },
      { hostIdentifier: 'web-1', calendarTime: 'Wed Mar  4 10:20:30 2026 UTC', action: 'added' },
    ],
    [
      'the audit log of Kubernetes',
      '{"kind":"Event","level":"Metadata","requestReceivedTimestamp":"2026-03-04T10:20:30.456789Z","verb":"get"}',
      { level: 'metadata', '@timestamp': '2026-03-04T10:20:30.456789Z' },
      { kind: 'Event', level: 'Metadata', verb: 'get' },
    ],
    [
      'klog',
      '{"ts":1772619630456.123,"caller":"x.go:1","msg":"no seat","v":0}',
      { message: 'no seat', level: 'info', '@timestamp': '2026-03-04T10:20:30.456123Z' },
      { caller: 'x.go:1', v: 0 },
    ],
    [
      'HAProxy',
      '{"time":"04/Mar/2026:10:20:30.456","backend":"be"}',
      { '@timestamp': '2026-03-04T10:20:30.456Z' },
      { backend: 'be' },
    ],
  ])('has the message, level and time of its family: %s', (_, line, record, rest) => {
    expect(parseLine(line)).toEqual({ kind: 'log', record, rest });
  });

  it('keeps a message of another family, and one beside its own', () => {
    expect(parseLine('{"MESSAGE":"a","short_message":"b"}')?.rest).toEqual({ MESSAGE: 'a', short_message: 'b' });
    expect(parseLine('{"@t":"2026-03-04T10:20:30Z","@m":"a","message":"b"}')).toMatchObject({
      record: { message: 'b' },
      rest: { '@m': 'a' },
    });
    expect(parseLine('{"PRIORITY":"6","MESSAGE":[1,"b",300]}')?.rest['MESSAGE']).toEqual([1, 'b', 300]);
  });
});
