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
  readonly bytes: Buffer;
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
const DOCKER = Buffer.from('{"log":"');
const DOCKER_KEYS: ReadonlySet<string> = new Set(['log', 'stream', 'time', 'attrs']);
const COLLECTED = [
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)(?:[ \t]|\t[^\t]{1,100}\t[A-Z]{1,10}\t)$/,
  /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) \S{1,255} [^\s:[]{1,128}(?:\[\d{1,10}\])?: $/,
];

function fromDocker(bytes: Buffer): Unwrapped | undefined {
  if (!bytes.subarray(0, DOCKER.length).equals(DOCKER)) return undefined;
  try {
    const wrapper = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    const { log, stream, time } = wrapper;
    if (typeof log !== 'string' || typeof time !== 'string' || (stream !== 'stdout' && stream !== 'stderr'))
      return undefined;
    if (!Object.keys(wrapper).every((key) => DOCKER_KEYS.has(key))) return undefined;
    const isPart = !log.endsWith(NEWLINE);
    return { bytes: Buffer.from(isPart ? log : log.slice(0, -1)), time, stream, isPart };
  } catch {
    return undefined;
  }
}

function fromCri(bytes: Buffer, start: string): Unwrapped | undefined {
  const [prefix, time = '', stream = '', tag] = CRI.exec(start) ?? [];
  if (prefix === undefined) return undefined;
  return { bytes: bytes.subarray(prefix.length), time, stream, isPart: tag === 'P' };
}

/** Removes the wrapper of a line; `undefined` if it has none. */
export function unwrap(bytes: Buffer): Unwrapped | undefined {
  if (bytes[0] === BRACE) return fromDocker(bytes);
  // The forms are ASCII up to the line itself.
  const start = bytes.toString('latin1', 0, MAX_PREFIX_BYTES);
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
