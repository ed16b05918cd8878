/** Identifies a file on this machine, whatever its name. */
export function fileId({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `file-${dev}-${ino}`;
}
