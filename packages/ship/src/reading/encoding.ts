/** The encoding of a file, as its byte order mark says. */

/** Splits the bytes of a file into lines, and reads them. */
export interface Encoding {
  /** Bytes of a line feed. */
  readonly newlineBytes: number;
  /** Place of the next line feed in a buffer that begins at a line. `-1` if there is none. */
  indexOfNewline(buffer: Buffer, from: number): number;
  /** A line in UTF-8. */
  toUtf8(line: Buffer): Buffer;
}

const NEWLINE = 10;

const utf8: Encoding = {
  newlineBytes: 1,
  indexOfNewline: (buffer, from) => buffer.indexOf(NEWLINE, from),
  toUtf8: (line) => line,
};

function utf16(newline: Buffer, toText: (line: Buffer) => string): Encoding {
  return {
    newlineBytes: 2,
    indexOfNewline(buffer, from) {
      let at = buffer.indexOf(newline, from);
      // U+0A00 and others have its bytes in the middle of two characters.
      while (at !== -1 && at % 2 !== 0) at = buffer.indexOf(newline, at + 1);
      return at;
    },
    toUtf8: (line) => Buffer.from(toText(line), 'utf8'),
  };
}

const whole = (line: Buffer): Buffer => line.subarray(0, line.length - (line.length % 2));

const utf16le = utf16(Buffer.from([NEWLINE, 0]), (line) => whole(line).toString('utf16le'));
const utf16be = utf16(Buffer.from([0, NEWLINE]), (line) => Buffer.from(whole(line)).swap16().toString('utf16le'));

/** The encoding of a file that starts with these bytes: UTF-16 with a byte order mark, else UTF-8. */
export function encodingOf(start: Buffer): Encoding {
  if (start[0] === 0xff && start[1] === 0xfe) return utf16le;
  return start[0] === 0xfe && start[1] === 0xff ? utf16be : utf8;
}
