/**
 * Wrappers that container runtimes and log collectors put around a line. Each is recognised by its form, which no JSON
 * log has:
 *
 * - CRI (containerd, CRI-O): `<time> stdout F <line>`, with `P` for a part of a long line.
 * - Docker's `json-file`: `{"log":"<line>\n","stream":"stdout","time":"…"}`, without `\n` for a part.
 * - CloudWatch exports and Lambda's log format: `<time> {…}`, `<time>\t<request id>\t<level>\t{…}`.
 * - journald and syslog in their short form: `Mar  4 10:20:30 host unit[7]: {…}`.
 */

/** A line without its wrapper. */
export interface Unwrapped {
  /** UTF-8. They may share the memory of the wrapped line. */
  readonly bytes: Uint8Array;
  /** Time of the wrapper, unchanged. */
  readonly time: string;
  /** Stream of a container; parts of one stream belong together. */
  readonly stream: string;
  /** True for a part of a line that goes on in the next wrapper of its stream. */
  readonly isPart: boolean;
}

const BRACE = 0x7b;
const NEWLINE = '\n';
/** Longest text before the JSON object. */
const MAX_PREFIX_BYTES = 300;

const CRI = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([PF])(?::[^ ]*)? /;
const DOCKER = new TextEncoder().encode('{"log":"');
const DOCKER_KEYS: ReadonlySet<string> = new Set(['log', 'stream', 'time', 'attrs']);
const COLLECTED = [
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)(?:[ \t]|\t[^\t]{1,100}\t[A-Z]{1,10}\t)$/,
  /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) \S{1,255} [^\s:[]{1,128}(?:\[\d{1,10}\])?: $/,
];
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

function fromDocker(bytes: Uint8Array): Unwrapped | undefined {
  if (!DOCKER.every((byte, index) => bytes[index] === byte)) return undefined;
  try {
    const wrapper = JSON.parse(decoder.decode(bytes)) as Record<string, unknown>;
    const { log, stream, time } = wrapper;
    if (typeof log !== 'string' || typeof time !== 'string' || (stream !== 'stdout' && stream !== 'stderr'))
      return undefined;
    if (!Object.keys(wrapper).every((key) => DOCKER_KEYS.has(key))) return undefined;
    const isPart = !log.endsWith(NEWLINE);
    return { bytes: encoder.encode(isPart ? log : log.slice(0, -1)), time, stream, isPart };
  } catch {
    return undefined;
  }
}

function fromCri(bytes: Uint8Array, start: string): Unwrapped | undefined {
  const [prefix, time = '', stream = '', tag] = CRI.exec(start) ?? [];
  if (prefix === undefined) return undefined;
  return { bytes: bytes.subarray(prefix.length), time, stream, isPart: tag === 'P' };
}

/** Removes the wrapper of a line of UTF-8; `undefined` if it has none. */
export function unwrapLine(bytes: Uint8Array): Unwrapped | undefined {
  if (bytes[0] === BRACE) return fromDocker(bytes);
  // The forms are ASCII up to the line itself, so that their characters count as bytes.
  const start = String.fromCharCode(...bytes.subarray(0, MAX_PREFIX_BYTES));
  const cri = fromCri(bytes, start);
  if (cri !== undefined) return cri;
  const brace = start.indexOf('{');
  if (brace < 1) return undefined;
  const prefix = start.slice(0, brace);
  for (const form of COLLECTED) {
    const time = form.exec(prefix)?.[1];
    if (time !== undefined) return { bytes: bytes.subarray(brace), time, stream: '', isPart: false };
  }
  return undefined;
}
