/** What a server has sent on each stream, for clients that come back after their connection was cut. */

import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

/** Events in memory. The id of an event has the id of its stream in front. */
export class EventLog implements EventStore {
  readonly #events: { readonly id: string; readonly stream: string; readonly message: JSONRPCMessage }[] = [];

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const id = `${stream}_${this.#events.length}`;
    this.#events.push({ id, stream, message });
    return id;
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#events.find((event) => event.id === id)?.stream;
  }

  async replayEventsAfter(
    last: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const index = this.#events.findIndex((event) => event.id === last);
    const stream = this.#events[index]?.stream ?? '';
    for (const event of this.#events.slice(index + 1)) if (event.stream === stream) await send(event.id, event.message);
    return stream;
  }
}
