/** The dashboards of an account in CloudWatch. */
import { checkOptions, option, props, type Shape } from '@spanline/record';
import { labelledId } from '../../apply/label.ts';
import type { Collection, StoredResource } from '../../apply/resource.ts';
import { sent } from './sent.ts';

/** The part of `CloudWatch` of `@aws-sdk/client-cloudwatch` that is used. */
export interface CloudwatchClient {
  listDashboards(input: { DashboardNamePrefix: string; NextToken?: string }): Promise<{
    DashboardEntries?: readonly { DashboardName?: string | undefined }[] | undefined;
    NextToken?: string | undefined;
  }>;
  getDashboard(input: { DashboardName: string }): Promise<{ DashboardBody?: string | undefined }>;
  putDashboard(input: { DashboardName: string; DashboardBody: string }): Promise<unknown>;
  deleteDashboards(input: { DashboardNames: string[] }): Promise<unknown>;
}

/** Options of {@link cloudwatchDashboards}. */
export interface CloudwatchDashboardsOptions {
  /** Name of the set of objects. @defaultValue `spanline` */
  readonly set?: string;
  /** Region, for links. */
  readonly region: string;
}

const OPTIONS: Shape<CloudwatchDashboardsOptions> = { set: option.string(), region: option.required(option.string()) };

const PREFIX = 'Spanline';

/** A body that is no JSON is not ours. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text widget at the top holds the label. */
function labelIn(body: unknown, set: string): string | undefined {
  const { widgets } = props(body);
  const texts = Array.isArray(widgets) ? widgets.map((one) => props(props(one)['properties'])['markdown']) : [];
  return texts.map((text) => labelledId(text, set)).find((id) => id !== undefined);
}

/** The dashboards of an account that carry our label. Their names begin with `Spanline`. */
export function cloudwatchDashboards(client: CloudwatchClient, options: CloudwatchDashboardsOptions): Collection {
  checkOptions(OPTIONS, options);
  const { set = 'spanline', region } = options;
  const put = (body: Readonly<Record<string, unknown>>, name: string): Promise<unknown> =>
    sent(
      'PutDashboard',
      client.putDashboard({ DashboardName: name, DashboardBody: JSON.stringify(body['DashboardBody']) }),
    );
  return {
    name: 'CloudWatch dashboards',
    async find() {
      const stored: StoredResource[] = [];
      for (let token: string | undefined; ;) {
        const page = await sent(
          'ListDashboards',
          client.listDashboards({ DashboardNamePrefix: PREFIX, ...(token === undefined ? {} : { NextToken: token }) }),
        );
        for (const { DashboardName: name = '' } of page.DashboardEntries ?? []) {
          const { DashboardBody: text = '' } = await sent('GetDashboard', client.getDashboard({ DashboardName: name }));
          const body = parsed(text);
          const id = labelIn(body, set);
          if (id !== undefined) {
            stored.push({ id, address: name, title: name, body: { DashboardName: name, DashboardBody: body } });
          }
        }
        token = page.NextToken;
        if (token === undefined || token === '') return stored;
      }
    },
    async create({ title, body }) {
      await put(body, title);
      return title;
    },
    async replace({ address }, { body }) {
      await put(body, address);
    },
    async remove({ address }) {
      await sent('DeleteDashboards', client.deleteDashboards({ DashboardNames: [address] }));
    },
    linkTo: (address) =>
      `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${encodeURIComponent(address)}`,
  };
}
