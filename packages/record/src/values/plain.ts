/** A JSON value. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };
