/** The producer of the client, for a topic of which a partition has no leader. Imported with the first batch. */
import {
  type Broker,
  type Callback,
  type Connection,
  kGetConnection,
  kPerformWithRetry,
  Producer,
  ProtocolError,
  ResponseError,
} from '@platformatic/kafka';

export { murmur2 } from '@platformatic/kafka';

type Operation<Answer> = (callback: Callback<Answer>) => void;

const PARTITION = /\/partitions\/\d+$/;

/** Accepts a description of topics in which only partitions have errors. */
const acceptPartitions =
  <Answer>(describe: Operation<Answer>): Operation<Answer> =>
  (callback) =>
    describe((error, answer) => {
      const isOfPartitions =
        error instanceof ResponseError &&
        error.errors.every(({ path }: { path?: unknown }) => PARTITION.test(String(path)));
      if (isOfPartitions) callback(null, error['response'] as Answer);
      else callback(error, answer);
    });

/**
 * To the client, a partition without a leader is an error of its topic: no line would arrive while one broker is gone.
 * With this producer, only the messages for that partition fail.
 */
export class TopicProducer extends Producer {
  override [kPerformWithRetry]<Answer>(
    name: string,
    operation: Operation<Answer>,
    ...others: [callback: Callback<Answer>, attempt?: number, errors?: Error[], isFinal?: (error: Error) => boolean]
  ): void | Promise<Answer> {
    const accepting = name === 'metadata' ? acceptPartitions(operation) : operation;
    return super[kPerformWithRetry](name, accepting, ...others);
  }

  /** @param broker - undefined if the partition has no leader */
  override [kGetConnection](broker: Broker | undefined, callback: Callback<Connection>): void {
    if (broker === undefined) callback(new ProtocolError('LEADER_NOT_AVAILABLE'));
    else super[kGetConnection](broker, callback);
  }
}
