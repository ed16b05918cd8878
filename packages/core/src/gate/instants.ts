/** The year 0000 in epoch milliseconds. */
const EARLIEST = -62_167_219_200_000;
/** The end of the year 9999. */
const LATEST = 253_402_300_799_999;

/** Epoch milliseconds that ISO 8601 can write with a year of four digits; `undefined` for every other value. */
export function admitInstant(value: unknown): number | undefined {
  return typeof value === 'number' && value >= EARLIEST && value <= LATEST ? value : undefined;
}
