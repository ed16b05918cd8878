const long = process.env['SPANLINE_LONG'] === '1';

/**
 * How often to repeat: property-test runs, requests of a soak, spans of a flood. `short` in every run, `long` under `pnpm test:long`
 * (`SPANLINE_LONG=1`).
 */
export function runs<T>(short: T, longer: T): T {
  return long ? longer : short;
}
