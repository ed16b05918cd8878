/** Levels of log lines, by the family of loggers that the line shows. */

import { familiesOf, type LevelField, type LineFamily, numberedFamiliesOf } from './families.ts';
import { GOOGLE, type Level, levelAt, LOGBACK, OTEL, PINO, type Scale, SYSLOG, TEXTS } from './level-scales.ts';

type Fields = Readonly<Record<string, unknown>>;

const SYSLOG_MAX = 7;
const GOOGLE_MIN = 100;
const LOGBACK_MIN = 5000;
/** pino's largest level and custom ones above it. */
const PINO_MAX = 99;

/**
 * Other names of a level: python, Serilog, .NET, PostgreSQL, log15, Google Cloud, journald, OpenTelemetry, HashiCorp,
 * structlog, tslog, loguru, log4js, Windows, lambda-log.
 */
const TEXT_KEYS = [
  'severity',
  'severity_text',
  'severityText',
  'SeverityText',
  'levelname',
  'level_name',
  'levelName',
  '@l',
  'Level',
  'LogLevel',
  'error_severity',
  'lvl',
  'loglevel',
  'log.syslog.severity.name',
  '@level',
  'log_level',
  'logLevel',
  '_meta.logLevelName',
  'record.level.name',
  'level.levelStr',
  'LevelDisplayName',
  'Severity',
  '_logLevel',
];
/** Of roarr, with pino's numbers. */
const PINO_KEYS = ['context.logLevel'];
const NUMBER_KEYS = ['PRIORITY', 'severity', 'log.syslog.severity.code'];
const OTEL_KEYS = ['severity_number', 'severityNumber', 'SeverityNumber'];
const LOGBACK_KEYS = ['level_value'];

const own = (fields: Fields, key: string): unknown => (Object.hasOwn(fields, key) ? fields[key] : undefined);

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return Number.isFinite(number) ? (number as number) : undefined;
}

const isMonolog = (fields: Fields): boolean => Object.hasOwn(fields, 'channel') && Object.hasOwn(fields, 'level_name');

/** Syslog, Monolog and Google Cloud write `critical` for an error; Serilog's `verbose` is the lowest level. */
function ofFamily(text: string, fields: Fields): Level | undefined {
  if (text === 'critical' && (Object.hasOwn(fields, 'severity') || isMonolog(fields))) return 'error';
  const isSerilog = Object.hasOwn(fields, '@t') || Object.hasOwn(fields, 'MessageTemplate');
  return text === 'verbose' && isSerilog ? 'trace' : TEXTS().get(text);
}

/** A colour of a terminal, which winston's `colorize` writes into the level. */
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001B\[[\d;]*m/g;

/** The level that a text names. Go's slog writes levels between two names as `INFO+2`, PostgreSQL `DEBUG1`. */
function ofText(value: unknown, fields: Fields): Level | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.replaceAll(COLOUR, '').trim().toLowerCase();
  const known = ofFamily(text, fields);
  if (known !== undefined) return known;
  const [, name = '', step = ''] = /^([a-z]+)([+-]?\d+)$/.exec(text) ?? [];
  return name === 'debug' && step.startsWith('-') ? 'trace' : TEXTS().get(name);
}

/** Syslog's numbers are below pino's. They count where the line has no field of pino or bunyan. */
function isSyslog(number: number, fields: Fields): boolean {
  if (number < 0 || number > SYSLOG_MAX || ['time', 'msg', 'pid'].some((key) => Object.hasOwn(fields, key)))
    return false;
  return ['message', 'short_message', 'timestamp', '@timestamp', 'facility'].some((key) => Object.hasOwn(fields, key));
}

function ofNumber(number: number, fields: Fields): Level | undefined {
  if (isSyslog(number, fields)) return levelAt(SYSLOG, number);
  if (number >= LOGBACK_MIN) return levelAt(LOGBACK, number);
  return number > PINO_MAX ? undefined : (levelAt(PINO, number) ?? 'trace');
}

function ofSeverity(number: number): Level | undefined {
  if (number >= GOOGLE_MIN) return levelAt(GOOGLE, number);
  return number <= SYSLOG_MAX ? levelAt(SYSLOG, number) : undefined;
}

/** The first level that one of the keys has. */
function first(
  fields: Fields,
  keys: readonly string[],
  toLevel: (value: unknown) => Level | undefined,
): Level | undefined {
  for (const key of keys) {
    const value = own(fields, key);
    const level = value === undefined ? undefined : toLevel(value);
    if (level !== undefined) return level;
  }
  return undefined;
}

const onScale =
  (scale: Scale | ((number: number) => Level | undefined)) =>
  (value: unknown): Level | undefined => {
    const number = numberOf(value);
    if (number === undefined) return undefined;
    return typeof scale === 'function' ? scale(number) : levelAt(scale, number);
  };

const ofSeverityValue = onScale(ofSeverity);
const ofOtelValue = onScale(OTEL);
const ofPinoValue = onScale(PINO);
const ofLogbackValue = onScale(LOGBACK);

/** The level of a family's field. */
function ofField(value: unknown, as: LevelField['as'], fields: Fields): Level | undefined {
  if (typeof as !== 'string') return onScale(as)(value);
  if (as === 'syslog' && typeof value === 'string' && value.toLowerCase() === 'critical') return 'error';
  return ofText(value, fields) ?? (as === 'type' && typeof value === 'string' ? 'info' : undefined);
}

/** The level as the first of the families has it. */
function ofFamilies(families: readonly LineFamily[], fields: Fields): Level | undefined {
  for (const { key, as } of families.flatMap(({ level = [] }) => level)) {
    const level = ofField(own(fields, key), as, fields);
    if (level !== undefined) return level;
  }
  return undefined;
}

/** The level as another field of the line has it. */
function ofOtherFields(fields: Fields): Level | undefined {
  return (
    first(fields, TEXT_KEYS, (value) => ofText(value, fields)) ??
    first(fields, NUMBER_KEYS, ofSeverityValue) ??
    first(fields, OTEL_KEYS, ofOtelValue) ??
    first(fields, LOGBACK_KEYS, ofLogbackValue) ??
    first(fields, PINO_KEYS, ofPinoValue) ??
    ofFamilies(familiesOf(fields), fields) ??
    // Serilog's compact format writes no level for `Information`.
    (Object.hasOwn(fields, '@t') && (Object.hasOwn(fields, '@mt') || Object.hasOwn(fields, '@m')) ? 'info' : undefined)
  );
}

/** A level, and whether the field says exactly that, so that the field is not needed any more. */
export interface ReadLevel {
  readonly level: string;
  readonly isExact: boolean;
}

/**
 * Reads the level of a line. A text that names none is the level itself, in lower case.
 *
 * @param key - the field that the line's profile has for levels
 * @returns `undefined` if no field has a level
 */
export function readLevel(fields: Fields, key: string): ReadLevel | undefined {
  const value = own(fields, key);
  const named = ofText(value, fields);
  if (named !== undefined) return { level: named, isExact: named === value };
  const number = numberOf(value);
  const numbered =
    number === undefined
      ? undefined
      : (ofNames(fields) ?? ofFamilies(numberedFamiliesOf(fields), fields) ?? ofNumber(number, fields));
  if (numbered !== undefined) {
    return { level: numbered, isExact: PINO.some(([from, level]) => from === value && level === numbered) };
  }
  const other = ofOtherFields(fields);
  if (other !== undefined) return { level: other, isExact: false };
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const level = value.toLowerCase();
  return { level, isExact: level === value };
}

/** Python and Monolog write the name beside the number, on scales of their own. */
function ofNames(fields: Fields): Level | undefined {
  return first(fields, ['levelname', 'level_name', 'levelName'], (value) => ofText(value, fields));
}
