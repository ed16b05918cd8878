const MARKER = /…\[\+(\d+) bytes\]$/;

/** `…[+120 bytes]`: ends a text that lost so many UTF-8 bytes of its end. */
export function truncationMarker(missingBytes: number): string {
  return `…[+${missingBytes} bytes]`;
}

/** Separates a text that may have been truncated before from its marker. */
export function splitTruncated(text: string): { kept: string; missingBytes: number } {
  const marker = MARKER.exec(text);
  return marker === null
    ? { kept: text, missingBytes: 0 }
    : { kept: text.slice(0, marker.index), missingBytes: Number(marker[1]) };
}
