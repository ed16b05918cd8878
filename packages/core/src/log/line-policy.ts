/** Capture and completion of each line that the application logs. */
import type { CaptureReport, IdCapture, LineCapture } from '../capture/index.ts';
import type { JsonMember } from '../content/index.ts';
import type { LineContext } from './context-ids.ts';
import { IDS } from './ids.ts';
import type { LinePaths } from './line-paths.ts';

/** Applies to the lines of one logger and of its children. */
export interface LinePolicy {
  readonly capture: LineCapture;
  /** Applies to the ids. @defaultValue the policy of the current span's tracer, else that of the process */
  readonly ids?: IdCapture | undefined;
  /** Members that each line gets, unless it has them: the service's name. */
  readonly service: readonly JsonMember[];
  /** The tracer's redact paths, if the logger does not know them. */
  readonly paths?: LinePaths | undefined;
  /** Called with what capture did to a line. */
  readonly captured?: (report: CaptureReport) => void;
}

/** The key under which a logger carries its policy. Children inherit it. */
export const POLICY: unique symbol = Symbol.for('spanline.line-policy');

/** Applies the paths to all members but ids. A member that they cannot be applied to is left out. */
function withPaths(
  members: readonly JsonMember[],
  paths: LinePaths,
  done: ReadonlySet<string>,
  redacted: ReadonlySet<string> | undefined,
): JsonMember[] {
  return members.flatMap((member) => {
    if (IDS.has(member.key) || done.has(member.key) || redacted?.has(member.key) === true) return [member];
    try {
      return paths.apply(member) ?? [];
    } catch {
      return [];
    }
  });
}

/**
 * Joins the members of a line, as its policy wants them. The ids of the context passed their own.
 *
 * @param redacted - keys of members to which the paths were applied already
 */
export function applyPolicy(
  members: readonly JsonMember[],
  { ids, memory }: LineContext,
  { capture, captured, paths }: LinePolicy,
  redacted?: ReadonlySet<string>,
): string {
  const done = new Set<string>();
  for (const { key, value } of ids) if (value !== undefined) done.add(key);
  const left = paths === undefined ? members : withPaths(members, paths, done, redacted);
  const { members: written, report } = capture.apply(left, memory, done);
  if (report.redactions > 0 || report.truncated !== undefined) captured?.(report);
  let text = '';
  for (const { key, json } of written) text += `${text === '' ? '{' : ','}${JSON.stringify(key)}:${json}`;
  return text === '' ? '{}' : `${text}}`;
}
