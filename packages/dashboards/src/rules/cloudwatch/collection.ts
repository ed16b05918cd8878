/** The log alarms of an account in CloudWatch. */
import { checkOptions, option, type Shape } from '@spanline/record';
import { labelledId } from '../../apply/label.ts';
import type { Collection, StoredResource } from '../../apply/resource.ts';
import { sent } from '../../engines/cloudwatch/sent.ts';

/** A log alarm, as far as it is read. */
interface LogAlarm {
  readonly AlarmName?: string | undefined;
  readonly AlarmDescription?: string | undefined;
}

/** The part of `CloudWatch` of `@aws-sdk/client-cloudwatch` that is used. */
export interface CloudwatchAlarmClient {
  describeAlarms(input: { AlarmNamePrefix: string; AlarmTypes: ['LogAlarm']; NextToken?: string }): Promise<{
    LogAlarms?: readonly LogAlarm[] | undefined;
    NextToken?: string | undefined;
  }>;
  putLogAlarm(input: never): Promise<unknown>;
  deleteAlarms(input: { AlarmNames: string[] }): Promise<unknown>;
}

/** Options of {@link cloudwatchAlarmCollection}. */
export interface CloudwatchAlarmCollectionOptions {
  /** Name of the set of alarms. @defaultValue `spanline` */
  readonly set?: string;
  /** Region, for links. */
  readonly region: string;
}

const OPTIONS: Shape<CloudwatchAlarmCollectionOptions> = {
  set: option.string(),
  region: option.required(option.string()),
};

/** The alarms of an account that carry our label. */
export function cloudwatchAlarmCollection(
  client: CloudwatchAlarmClient,
  options: CloudwatchAlarmCollectionOptions,
): Collection {
  checkOptions(OPTIONS, options);
  const { set = 'spanline', region } = options;
  const put = (body: Readonly<Record<string, unknown>>): Promise<unknown> =>
    sent('PutLogAlarm', client.putLogAlarm(body as never));
  return {
    name: 'CloudWatch alarms',
    async find() {
      const stored: StoredResource[] = [];
      for (let token: string | undefined; ;) {
        const page = await sent(
          'DescribeAlarms',
          client.describeAlarms({
            AlarmNamePrefix: `spanline-${set}-`,
            AlarmTypes: ['LogAlarm'],
            ...(token === undefined ? {} : { NextToken: token }),
          }),
        );
        for (const alarm of page.LogAlarms ?? []) {
          const id = labelledId(alarm.AlarmDescription, set);
          const { AlarmName: address = '' } = alarm;
          if (id !== undefined) stored.push({ id, address, title: address, body: { ...alarm } });
        }
        token = page.NextToken;
        if (token === undefined || token === '') return stored;
      }
    },
    async create({ body }) {
      await put(body);
      return String(body['AlarmName']);
    },
    async replace(_stored, { body }) {
      await put(body);
    },
    async remove({ address }) {
      await sent('DeleteAlarms', client.deleteAlarms({ AlarmNames: [address] }));
    },
    linkTo: (address) =>
      `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#alarmsV2:alarm/${encodeURIComponent(address)}`,
  };
}
