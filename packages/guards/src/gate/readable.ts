/** A stream behind the gate, as a stream of the web. */

/** Pulls only when it is read, and closes the iterator when its reader leaves. */
export function readableOf<T>(pieces: AsyncIterator<T>): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
