/** The text fields of a form that is sent (`multipart/form-data`). Files are left alone. */

const CRLF = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

/** Bytes of a field that is read, and the number of parts that are looked at. */
const MAX_FIELD = 4096;
const MAX_PARTS = 100;
/** No boundary is longer (RFC 2046). */
const MAX_BOUNDARY = 74;

/** `form-data; name="model"`: the name, and whether the part is a file. */
const NAME =
  /^content-disposition:\s*form-data\b[^\r\n]*?;\s*name="(?<name>[^"\r\n]{1,200})"(?<file>[^\r\n]*;\s*filename)?/im;

/** Reads the part between `start` and `end`: its head, an empty line, its value. */
function addPart(fields: Record<string, unknown>, body: Buffer, start: number, end: number): void {
  const headEnd = body.indexOf(HEAD_END, start);
  if (headEnd === -1 || headEnd > end) return;
  const { name, file } = NAME.exec(body.toString('latin1', start, Math.min(headEnd, start + MAX_FIELD)))?.groups ?? {};
  if (name === undefined || Object.hasOwn(fields, name)) return;
  const from = headEnd + HEAD_END.length;
  if (file !== undefined) fields[name] = { bytes: Math.max(0, end - from) };
  else if (end - from <= MAX_FIELD) fields[name] = body.toString('utf8', from, end);
}

/**
 * Reads the fields of a form. A file is an object with its number of bytes.
 *
 * @returns `undefined` for what is no form
 */
export function readForm(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  const lineEnd = body.subarray(0, MAX_BOUNDARY).indexOf(CRLF);
  if (lineEnd < 3 || !body.toString('latin1', 0, lineEnd).startsWith('--')) return undefined;
  const boundary = Buffer.concat([CRLF, body.subarray(0, lineEnd)]);
  const fields = Object.create(null) as Record<string, unknown>;
  let start = lineEnd + CRLF.length;
  for (let part = 0; part < MAX_PARTS; part++) {
    const end = body.indexOf(boundary, start);
    if (end === -1) break;
    addPart(fields, body, start, end);
    start = end + boundary.length + CRLF.length;
  }
  return { ...fields };
}
