/** The message of a line, by the family of loggers that the line shows. */

type Props = Record<string, unknown>;

const MAX_BYTE = 255;

/** How a family of loggers writes messages. */
interface MessageFamily {
  /** A field that shows the family. */
  readonly mark: string;
  readonly key: string;
  /** The field stays beside the message: it is a template with holes, or it may be the name of an event. */
  readonly isKept?: boolean;
}

/**
 * Serilog's compact and plain format, journald, GELF, Google Cloud, .NET, Azure, OpenTelemetry, HashiCorp's tools,
 * Fluent Bit, tracing of Rust, loguru, tslog and structlog.
 */
const MESSAGES: readonly MessageFamily[] = [
  { mark: '@t', key: '@m' },
  { mark: '@t', key: '@mt', isKept: true },
  { mark: 'Timestamp', key: 'RenderedMessage' },
  { mark: 'Timestamp', key: 'MessageTemplate', isKept: true },
  { mark: '__REALTIME_TIMESTAMP', key: 'MESSAGE' },
  { mark: 'PRIORITY', key: 'MESSAGE' },
  { mark: 'host', key: 'short_message' },
  { mark: 'severity', key: 'textPayload' },
  { mark: 'severity', key: 'jsonPayload.message' },
  { mark: 'LogLevel', key: 'Message' },
  { mark: 'TimeGenerated', key: 'Message' },
  { mark: 'SeverityText', key: 'Body' },
  { mark: 'SeverityNumber', key: 'Body' },
  { mark: 'timeUnixNano', key: 'body.stringValue' },
  { mark: '@level', key: '@message' },
  { mark: 'date', key: 'log' },
  { mark: 'target', key: 'fields.message' },
  { mark: 'record.level.name', key: 'record.message' },
  { mark: '_meta.logLevelName', key: '0' },
  { mark: 'timestamp', key: 'event', isKept: true },
];

/** A text. journald writes one that is not UTF-8, or has control characters, as an array of its bytes. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const isBytes =
    Array.isArray(value) && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= MAX_BYTE);
  return isBytes && value.length > 0 ? new TextDecoder().decode(Uint8Array.from(value)) : undefined;
}

function readFamilyMessage(record: Props, rest: Props): void {
  for (const { mark, key, isKept = false } of MESSAGES) {
    const message = textOf(rest[key]);
    if (message === undefined || !Object.hasOwn(rest, mark)) continue;
    record['message'] = message;
    if (!isKept && message === rest[key]) delete rest[key];
    return;
  }
}

/**
 * Sets `message` from the field of the logger. A field that was not used stays in `rest`.
 *
 * @param messageKey - the key that the logger is known to use
 */
export function readMessage(record: Props, rest: Props, messageKey: string | undefined): void {
  const isOwn = messageKey !== undefined && typeof rest[messageKey] === 'string';
  const key = isOwn ? messageKey : record['message'] === undefined ? 'msg' : undefined;
  if (key === undefined) return;
  if (typeof rest[key] !== 'string') return readFamilyMessage(record, rest);
  record['message'] = rest[key];
  delete rest[key];
}
