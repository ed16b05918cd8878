/** Capture and completion of each line that the application logs. */
import { createTraceMemory, type LineCapture, type TraceMemory, type CaptureReport } from '../capture/index.ts';
import type { JsonMember } from '../content/index.ts';
import { enclosingSpan } from '../context/index.ts';
import { stateOf } from '../trace/index.ts';
import { IDS } from './ids.ts';
import type { LinePaths } from './line-paths.ts';

/** Applies to the lines of one logger and of its children. */
export interface LinePolicy {
  readonly capture: LineCapture;
  /** Members that each line gets, unless it has them: the service's name. */
  readonly service: readonly JsonMember[];
  /** The tracer's redact paths, if the logger does not know them. */
  readonly paths?: LinePaths | undefined;
  /** Called with what capture did to a line. */
  readonly captured?: (report: CaptureReport) => void;
}

/** The key under which a logger carries its policy. Children inherit it. */
export const POLICY: unique symbol = Symbol.for('spanline.line-policy');

/** The memory of the current request, so that a value has the same placeholder on its spans and on its lines. */
function currentMemory(): TraceMemory {
  const root = stateOf(enclosingSpan())?.localRoot;
  return root === undefined ? createTraceMemory() : (root.captureMemory ??= createTraceMemory());
}

/** Applies the paths to all members but ids. A member that they cannot be applied to is left out. */
function withPaths(members: readonly JsonMember[], paths: LinePaths): JsonMember[] {
  return members.flatMap((member) => {
    if (IDS.has(member.key)) return [member];
    try {
      return paths.apply(member) ?? [];
    } catch {
      return [];
    }
  });
}

/** Joins the members of a line, as its policy wants them. */
export function applyPolicy(members: readonly JsonMember[], { capture, captured, paths }: LinePolicy): string {
  const left = paths === undefined ? members : withPaths(members, paths);
  const { members: written, report } = capture.apply(left, currentMemory());
  if (report.redactions > 0 || report.truncated !== undefined) captured?.(report);
  let text = '';
  for (const { key, json } of written) text += `${text === '' ? '{' : ','}${JSON.stringify(key)}:${json}`;
  return text === '' ? '{}' : `${text}}`;
}
