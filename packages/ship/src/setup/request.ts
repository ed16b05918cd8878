/** A request that sets up a target. It is plain data; nothing is sent. */
export interface SetupRequest {
  readonly method: 'PUT' | 'POST';
  /** Relative to the address of the target, without a leading slash, such as `_index_template/logs-spanline`. */
  readonly path: string;
  /** JSON body, if the request has one. */
  readonly body?: Readonly<Record<string, unknown>>;
}
