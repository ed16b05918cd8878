/** The logger of a tracer: derived from the application's, which stays as it is. */
import type { Logger } from 'pino';
import { type ProfileName, profileKey } from '@spanline/record';
import { jsonMembers } from '../content/index.ts';
import { createContextIds, type LineContext } from './context-ids.ts';
import { fieldJsonOf } from './field-json.ts';
import { levelFields, timeFields } from './fields.ts';
import { lineEnd } from './frame.ts';
import { hideInBindings, withoutHiddenCauses } from './hidden-causes.ts';
import { IDS } from './ids.ts';
import { createLevelLookup, STANDARD_LEVELS } from './levels.ts';
import { applyPolicy, type LinePolicy, POLICY } from './line-policy.ts';
import { profileOf } from './logger.ts';
import { type AsJson, type LoggerInternals, type PinoSymbols, pinoSymbols } from './pino-internals.ts';
import { plainValue } from './plain-value.ts';

type Rest = Parameters<AsJson> extends [object, ...infer Others] ? Others : never;

/** The line as the application's logger would write it. Its serializers and redaction apply. */
function ownLine(asJson: AsJson, logger: Logger, object: object, [message, ...rest]: Rest): string {
  // JSON has no symbols: pino would write a line that is no JSON.
  const text = typeof message === 'symbol' ? String(message) : message;
  try {
    return asJson.call(logger, object, text, ...rest);
  } catch {
    return asJson.call(logger, plainValue(object) as object, text, ...rest);
  }
}

/**
 * Creates the `asJson` of a logger over the application's own pino: its line, with the ids of the current span and the
 * service. Each key is there once. The application's own value of an id, of the level, of the time or of the message
 * gets an underscore before its name if it differs.
 */
function createOwnAsJson(
  original: AsJson,
  symbols: PinoSymbols,
  contextIds: (policy: LinePolicy['ids']) => LineContext,
): AsJson {
  return function asJson(this: Logger, object, ...rest) {
    const internals = this as unknown as LoggerInternals;
    const policy = internals[POLICY] as LinePolicy;
    const written = ownLine(original, this, withoutHiddenCauses(object, policy.paths?.redaction), rest);
    const messageKey = internals[symbols.messageKey] as string;
    const members = jsonMembers(written) ?? [{ key: messageKey, json: JSON.stringify(written.trimEnd()) }];
    const [, levelNumber, time] = rest;
    const levels = levelFields((internals[symbols.lsCache] as string[])[levelNumber] ?? '{');
    const fixed = new Set([...levels, ...timeFields(time)].map(({ key }) => key));
    const line = new Map<string, string>();
    for (const { key, json } of members) {
      // The message comes last: a field of its name was there before it.
      const field = key === messageKey ? line.get(key) : undefined;
      if (field !== undefined && field !== json) line.set(`_${key}`, field);
      line.set(fixed.has(key) && line.has(key) ? `_${key}` : key, json);
    }
    const context = contextIds(policy.ids);
    const fieldJson = fieldJsonOf(this, symbols);
    for (const { key, value, given } of context.ids) {
      const json = IDS.has(key) ? JSON.stringify(value) : fieldJson.toJson(key, value);
      const own = line.get(key);
      const isRepeated = own === json || own === JSON.stringify(given);
      if (json === undefined) {
        if (isRepeated) line.delete(key);
        continue;
      }
      if (own !== undefined && !isRepeated) line.set(`_${key}`, own);
      line.set(key, json);
    }
    for (const { key, json } of policy.service) if (!line.has(key)) line.set(key, json);
    const text = applyPolicy(
      Array.from(line, ([key, json]) => ({ key, json })),
      context,
      policy,
    );
    return `${text}${lineEnd(internals[symbols.end] as string)}`;
  };
}

/** Gives a logger with other levels (`useOnlyCustomLevels`) the methods of pino's, at its nearest levels. */
function addLevels(derived: Logger): void {
  const methods = derived as unknown as Record<string, (...args: unknown[]) => void>;
  const levelOf = createLevelLookup();
  for (const name of Object.keys(STANDARD_LEVELS)) {
    if (typeof methods[name] === 'function') continue;
    methods[name] = function (this: typeof methods, ...args) {
      const level = levelOf(derived, name);
      if (level !== undefined) this[level.name]?.(...args);
    };
  }
}

/** The members of a service on application lines. */
export function serviceMembers(name: string | undefined, profile: ProfileName): LinePolicy['service'] {
  return name === undefined ? [] : [{ key: profileKey('service.name', profile), json: JSON.stringify(name) }];
}

/**
 * Derives the logger of a tracer. Its lines carry the ids of the current span and the service, and follow the tracer's
 * policy. The given logger does not change; its level, bindings, streams and options apply. A logger that is not pino
 * is returned as it is.
 */
export function deriveLogger(logger: Logger, profile: ProfileName, policy: LinePolicy): Logger {
  const symbols = pinoSymbols(logger);
  if (symbols === undefined) return logger;
  const derived = Object.create(logger) as Logger;
  const internals = derived as unknown as LoggerInternals;
  internals[POLICY] = policy;
  if (profileOf(logger) === undefined) {
    const original = (logger as unknown as LoggerInternals)[symbols.asJson] as AsJson;
    internals[symbols.asJson] = createOwnAsJson(original, symbols, createContextIds(profile));
    addLevels(derived);
  }
  if (policy.paths !== undefined) hideInBindings(derived, () => policy.paths?.redaction);
  return derived;
}
