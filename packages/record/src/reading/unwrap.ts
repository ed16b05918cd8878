/**
 * Wrappers that container runtimes and log collectors put around a line. Each is recognised by its form, which no JSON
 * log has:
 *
 * - CRI (containerd, CRI-O): `<time> stdout F <line>`, with `P` for a part of a long line.
 * - Docker's `json-file`: `{"log":"<line>\n","stream":"stdout","time":"…"}`, without `\n` for a part.
 * - CloudWatch and `kubectl logs --timestamps`: `<time> {…}`; with the log stream, which ends with 32
 *   hexadecimal digits.
 * - Lambda's log format: `<time>\t<request id>\t<level>\t{…}`.
 * - journald and syslog (RFC 3164): `Mar  4 10:20:30 host unit[7]: {…}`, also with ISO 8601, or with
 *   `<13>` before it.
 * - Syslog (RFC 5424): `<13>1 <time> host app 7 - - {…}`.
 * - Heroku, Fly and Cloud Foundry: `<time> app[web.1]: {…}`, `<time> app[148e] iad [info] {…}`,
 *   `<time> [APP/PROC/WEB/0] OUT {…}`.
 * - fluentd: `<time>\t<tag>\t{…}`. `kubectl logs --prefix`: `[pod/web-1/app] {…}`.
 * - Docker Compose, Swarm, foreman and pm2: `web-1  | {…}`, `web.1.8kx@node  | {…}`, `10:20:30 web.1 | {…}`,
 *   `0|web  | {…}`, `<time>: {…}`.
 */

/** A line without its wrapper. */
export interface Unwrapped {
  /** UTF-8. They may share the memory of the wrapped line. */
  readonly bytes: Uint8Array;
  /** Time of the wrapper, unchanged; empty if it has none. */
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
const ISO = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)`;
const SYSLOG_TIME = String.raw`[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})?`;
/** A tag of fluentd. With a point in it, it is no level. */
const TAG = String.raw`[a-z][\w-]{0,63}(?:\.[\w-]{1,64}){1,8}`;
/** Text before a JSON object. The first group is the time, if there is one. */
const COLLECTED = [
  String.raw`(${ISO})(?:[ \t]|\t[^\t]{1,100}\t[A-Z]{1,10}\t|\t${TAG}\t| [\w./$[\]-]{0,200}[0-9a-f]{32} )`,
  // rsyslog marks JSON by `@cee:`.
  String.raw`(?:<\d{1,3}>)?(${SYSLOG_TIME}) \S{1,255} [^\s:[]{1,128}(?:\[[\w.-]{1,64}\])?: ?(?:@cee: ?)?`,
  // A number of a process is needed: a text may be `<time> INFO handler: {…}`.
  String.raw`(${ISO}) \S{1,255} [^\s:[]{1,128}\[\d{1,10}\]: `,
  String.raw`<\d{1,3}>1 (${ISO}|-) \S{1,255} \S{1,48} \S{1,128} \S{1,32} (?:-|(?:\[(?:[^\]\\"]|"(?:[^"\\]|\\.)*")*\])+) (?:\xEF\xBB\xBF)?`,
  String.raw`(${ISO}) [a-z]{1,32}\[[\w.-]{1,64}\](?:: | [a-z]{3} \[[a-z]{1,10}\] ?)`,
  String.raw`(${ISO}) \[[A-Z]{2,10}(?:/[\w.-]{1,64}){1,4}\] (?:OUT|ERR) `,
  String.raw`\[pod/[\w.-]{1,255}/[\w.-]{1,64}\] (?:(${ISO}) )?`,
  String.raw`(?:\d\d:\d\d:\d\d )?[\w.-]{1,128}(?:@[\w.-]{1,128})? +\| (?:(${ISO}) )?`,
  String.raw`\d{1,6}\|[\w.-]{1,64} +\| (?:(${ISO}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d): )?`,
  String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d): `,
].map((form) => new RegExp(`^${form}$`));
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
    const found = form.exec(prefix);
    if (found !== null) return { bytes: bytes.subarray(brace), time: found[1] ?? '', stream: '', isPart: false };
  }
  return undefined;
}
