/** Standard input and output of the server, which knows the requests that have no answer yet. */

import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import {
  CancelledNotificationSchema,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';

/** The transport of the official SDK, which can wait until every request has its answer. */
export class AnsweringTransport extends StdioServerTransport {
  readonly #asked = new Set<RequestId>();
  #answered: () => void = () => {};

  /** The server keeps a listener that is there before it connects, and calls it first. */
  override onmessage = (message: JSONRPCMessage): void => this.#note(message);

  /** Resolves when each request that came has its answer, or was cancelled: such a request gets none. */
  async allAnswered(): Promise<void> {
    if (this.#asked.size > 0) await new Promise<void>((resolve) => (this.#answered = resolve));
  }

  override async send(message: JSONRPCMessage): Promise<void> {
    await super.send(message);
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) this.#settle(message.id);
  }

  #note(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) this.#asked.add(message.id);
    const { data } = CancelledNotificationSchema.safeParse(message);
    if (data !== undefined) this.#settle(data.params.requestId);
  }

  #settle(id: RequestId | undefined): void {
    if (id !== undefined) this.#asked.delete(id);
    if (this.#asked.size === 0) this.#answered();
  }
}
