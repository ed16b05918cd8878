/**
 * Families of loggers whose lines have their time, level or message in fields that are no such thing in other lines.
 * Other fields of the line show the family.
 */

import { lazy } from '../values/lazy.ts';
import { CONSOLA, KLOG, MONOLOG, OTEL, PYTHON, type Scale, SEMANTIC_LOGGER } from './level-scales.ts';

/** A field that holds a level: its name, or its number on a scale. */
export interface LevelField {
  readonly key: string;
  /** `syslog`: a name, of which `critical` is an error. `type`: a name, or the kind of an `info` line. */
  readonly as: 'name' | 'syslog' | 'type' | Scale;
}

/** A field that holds the message. */
export interface MessageField {
  readonly key: string;
  /**
   * - `text`: the field is the message.
   * - `copy`: it stays beside the message as well. It is a template with holes, or may be the name of an event.
   * - `bytes`: a text, or an array of bytes where the text is not UTF-8 or has control characters.
   * - `arguments`: what a log call was given, with the placeholders of `printf` in the first text.
   * - `formatted`: the message is another field's template with its holes filled.
   */
  readonly as: 'text' | 'copy' | 'bytes' | 'arguments' | 'formatted';
}

/** How a family writes lines. */
export interface LineFamily {
  /** Fields that all of its lines have. */
  readonly marks: readonly string[];
  readonly time?: string;
  /** The first that has a level counts. */
  readonly level?: readonly LevelField[];
  readonly message?: MessageField;
}

/** Flat keys of a line. */
type Fields = Readonly<Record<string, unknown>>;

const text = (key: string): MessageField => ({ key, as: 'text' });
const copy = (key: string): MessageField => ({ key, as: 'copy' });
const args = (key: string): MessageField => ({ key, as: 'arguments' });
const name = (key: string): LevelField => ({ key, as: 'name' });
const scale = (key: string, as: Scale): LevelField => ({ key, as });

const FAMILIES = lazy((): readonly LineFamily[] => [
  // Serilog, compact and plain.
  { marks: ['@t'], message: text('@m') },
  { marks: ['@t'], message: copy('@mt') },
  { marks: ['Timestamp'], message: text('RenderedMessage') },
  { marks: ['Timestamp'], message: copy('MessageTemplate') },
  // journald.
  { marks: ['__REALTIME_TIMESTAMP'], message: { key: 'MESSAGE', as: 'bytes' } },
  { marks: ['PRIORITY'], message: { key: 'MESSAGE', as: 'bytes' } },
  // GELF.
  { marks: ['host'], message: text('short_message') },
  // Google Cloud.
  { marks: ['severity'], message: text('textPayload') },
  { marks: ['severity'], message: text('jsonPayload.message') },
  // .NET, Azure and Windows.
  { marks: ['LogLevel'], message: text('Message') },
  { marks: ['TimeGenerated'], message: text('Message') },
  { marks: ['LevelDisplayName'], message: text('Message') },
  // OpenTelemetry: log data model, OTLP, exporters for the console.
  { marks: ['SeverityText'], message: text('Body') },
  { marks: ['SeverityNumber'], message: text('Body') },
  { marks: ['severityNumber'], message: text('body') },
  { marks: ['severity_number'], message: text('body') },
  { marks: ['timeUnixNano'], message: text('body.stringValue') },
  { marks: ['observedTimeUnixNano'], time: 'observedTimeUnixNano', message: text('body.stringValue') },
  { marks: ['context.trace_id', 'start_time'], time: 'start_time' },
  // Logfire: over OpenTelemetry, and its records.
  {
    marks: ['attributes.logfire.msg'],
    level: [scale('attributes.logfire.level_num', OTEL)],
    message: text('attributes.logfire.msg'),
  },
  {
    marks: ['start_timestamp', 'kind'],
    time: 'start_timestamp',
    level: [scale('level_num', OTEL), scale('level', OTEL)],
  },
  { marks: ['start_timestamp', 'span_type'], time: 'start_timestamp' },
  // HashiCorp's tools, and logstash of winston.
  { marks: ['@level'], message: text('@message') },
  { marks: ['@message'], level: [name('@fields.level')], message: text('@message') },
  // Fluent Bit.
  { marks: ['stream'], time: 'date' },
  { marks: ['date'], message: text('log') },
  // tracing of Rust.
  { marks: ['target'], message: text('fields.message') },
  // Python: the module logging, loguru, structlog.
  { marks: ['levelno'], time: 'created', level: [scale('levelno', PYTHON)] },
  { marks: ['asctime'], level: [scale('level', PYTHON)] },
  { marks: ['record.level.name'], level: [scale('record.level.no', PYTHON)], message: text('record.message') },
  { marks: ['timestamp'], level: [scale('level_number', PYTHON)], message: copy('event') },
  { marks: ['level', 'event'], message: copy('event') },
  // consola, adze, signale, tslog 4 and 3, log4js.
  { marks: ['args', 'type'], time: 'date', level: [name('type'), scale('level', CONSOLA)], message: args('args') },
  { marks: ['levelName'], message: args('args') },
  { marks: ['badge', 'type'], level: [{ key: 'type', as: 'type' }] },
  { marks: ['_meta.logLevelName'], message: text('0') },
  { marks: ['_meta.logLevelName'], message: text('0.message') },
  { marks: ['_meta.logLevelName'], message: args('args') },
  { marks: ['logLevelId'], time: 'date', message: args('argumentsArray') },
  { marks: ['categoryName'], time: 'startTime', message: args('data') },
  // zap for developers, and single letters.
  { marks: ['L', 'M'], time: 'T', level: [name('L')], message: text('M') },
  { marks: ['l', 'm'], time: 't', level: [name('l')], message: text('m') },
  // log15, Go's structures without tags, names in capitals.
  { marks: ['lvl'], time: 't' },
  { marks: ['Time', 'Level'], time: 'Time', message: text('Message') },
  { marks: ['Time', 'Level'], message: text('Msg') },
  { marks: ['Severity'], message: text('Message') },
  { marks: ['LEVEL', 'MESSAGE'], time: 'TIMESTAMP', level: [name('LEVEL')], message: text('MESSAGE') },
  // Kubernetes.
  { marks: ['caller', 'v'], level: [scale('v', KLOG)] },
  // Falco, and macOS.
  { marks: ['priority', 'rule', 'output'], level: [{ key: 'priority', as: 'syslog' }], message: text('output') },
  { marks: ['messageType', 'eventMessage'], level: [name('messageType')], message: text('eventMessage') },
  // Monolog, with the number alone.
  { marks: ['channel'], level: [scale('level', MONOLOG)] },
  // Semantic Logger.
  { marks: ['level_index'], level: [scale('level_index', SEMANTIC_LOGGER)] },
  // Logback, log4net, java.util.logging.
  { marks: ['sequenceNumber'], message: { key: 'formattedMessage', as: 'formatted' } },
  { marks: ['level', 'logger'], time: 'date' },
  { marks: ['sequence'], time: 'millis' },
  // MongoDB and MySQL.
  { marks: ['t.$date'], level: [name('s')] },
  { marks: ['err_code'], level: [name('label')] },
  // Envoy, osquery, Cloudflare, Kong.
  { marks: ['response_code'], time: 'start_time' },
  { marks: ['hostIdentifier'], time: 'unixTime' },
  { marks: ['Outcome'], time: 'EventTimestampMs' },
  { marks: ['latencies.request'], time: 'started_at' },
  // bole, for an error without a text.
  { marks: ['err.stack'], message: copy('err.message') },
]);

/** Families that have a number under the usual name of levels. */
const NUMBERED = lazy(() =>
  FAMILIES().filter(({ level = [] }) => level.some(({ key, as }) => key === 'level' && as !== 'name')),
);

const isOf =
  (fields: Fields) =>
  ({ marks }: LineFamily): boolean =>
    marks.every((mark) => Object.hasOwn(fields, mark));

/** The families that the fields of a line show. */
export const familiesOf = (fields: Fields): readonly LineFamily[] => FAMILIES().filter(isOf(fields));

/** The families that the fields of a line show, and that write the number of a level as `level`. */
export const numberedFamiliesOf = (fields: Fields): readonly LineFamily[] => NUMBERED().filter(isOf(fields));
