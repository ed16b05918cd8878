/** A request that sets a target up. It is plain data: nothing is sent until somebody sends it. */
export interface SetupRequest {
  readonly method: 'PUT' | 'POST';
  /** Below the address of the target, without a slash in front; `_index_template/logs-spanline`. */
  readonly path: string;
  /** JSON; absent where the request has none. */
  readonly body?: Readonly<Record<string, unknown>>;
}
