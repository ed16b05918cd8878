/** The media type of a payload, by the bytes that it begins with. */

/** One signature: bytes as text of the encoding `latin1`, and where they are. */
interface Signature {
  readonly type: string;
  readonly bytes: string;
  /** @defaultValue 0 */
  readonly at?: number;
}

/** The signatures of the WHATWG standard "MIME Sniffing", and those of AAC, FLAC, AVIF, HEIC and TIFF. */
const SIGNATURES: readonly Signature[] = [
  { type: 'image/png', bytes: '\u0089PNG\r\n\u001a\n' },
  { type: 'image/jpeg', bytes: '\u00ff\u00d8\u00ff' },
  { type: 'image/gif', bytes: 'GIF8' },
  { type: 'image/webp', bytes: 'WEBP', at: 8 },
  { type: 'image/avif', bytes: 'ftypavif', at: 4 },
  { type: 'image/heic', bytes: 'ftyphei', at: 4 },
  { type: 'image/tiff', bytes: 'II*\u0000' },
  { type: 'image/tiff', bytes: 'MM\u0000*' },
  { type: 'application/pdf', bytes: '%PDF-' },
  { type: 'audio/wav', bytes: 'WAVE', at: 8 },
  { type: 'audio/aiff', bytes: 'AIFF', at: 8 },
  { type: 'audio/mpeg', bytes: 'ID3' },
  { type: 'audio/mpeg', bytes: '\u00ff\u00fb' },
  { type: 'audio/mpeg', bytes: '\u00ff\u00f3' },
  { type: 'audio/mpeg', bytes: '\u00ff\u00f2' },
  { type: 'audio/aac', bytes: '\u00ff\u00f1' },
  { type: 'audio/aac', bytes: '\u00ff\u00f9' },
  { type: 'audio/flac', bytes: 'fLaC' },
  { type: 'audio/ogg', bytes: 'OggS' },
  { type: 'audio/mp4', bytes: 'ftypM4A', at: 4 },
  { type: 'video/mp4', bytes: 'ftyp', at: 4 },
  { type: 'video/webm', bytes: '\u001aE\u00df\u00a3' },
  { type: 'application/gzip', bytes: '\u001f\u008b\u0008' },
  { type: 'application/zip', bytes: 'PK\u0003\u0004' },
];

/** Enough for every signature. */
export const HEAD_BYTES = 24;

/** These types hold nothing else. The others are containers: a zip may be a document, an ogg a video. */
const IS_CERTAIN = /^image\/|^application\/pdf$/;

const UNKNOWN = 'application/octet-stream';

function sniffed(head: string): string | undefined {
  return SIGNATURES.find(({ bytes, at = 0 }) => head.startsWith(bytes, at))?.type;
}

/**
 * The media type of a payload. The bytes of an image or a PDF say what it is, whatever was declared; otherwise the
 * declared type counts, then the bytes.
 *
 * @param head - the first bytes, as `latin1`
 */
export function mediaTypeOf(head: string, declared?: string): string {
  const found = sniffed(head);
  if (found !== undefined && IS_CERTAIN.test(found)) return found;
  return declared !== undefined && declared !== '' && declared !== UNKNOWN ? declared : (found ?? UNKNOWN);
}
