/** The context of a remote caller, read from its headers. */
export interface RemoteContext {
  readonly traceId: string;
  readonly spanId: string;
  /** W3C trace flags, 8 bit. */
  readonly traceFlags: number;
  readonly traceState?: string;
  readonly baggage?: Readonly<Record<string, string>>;
}
