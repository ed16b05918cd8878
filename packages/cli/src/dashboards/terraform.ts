/** Dashboards as files for Terraform. */
import { importFile, type Resource, terraformFile } from '@spanline/dashboards';

const nameOf = (set: string): string => `spanline_${set}`;
const jsonOf = (wanted: readonly Resource[]): string => wanted.map(({ body }) => JSON.stringify(body)).join('');

/** The dashboard of a set for each provider. */
export const TERRAFORM = {
  cloudwatch: (wanted: readonly Resource[], set: string): string =>
    terraformFile({ aws: 'hashicorp/aws' }, [
      {
        type: 'aws_cloudwatch_dashboard',
        name: nameOf(set),
        values: {
          dashboard_name: wanted.map(({ title }) => title).join(''),
          dashboard_body: wanted.map(({ body }) => JSON.stringify(body['DashboardBody'])).join(''),
        },
      },
    ]),
  datadog: (wanted: readonly Resource[], set: string): string =>
    terraformFile({ datadog: 'DataDog/datadog' }, [
      { type: 'datadog_dashboard_json', name: nameOf(set), values: { dashboard: jsonOf(wanted) } },
    ]),
  grafana: (wanted: readonly Resource[], set: string): string =>
    terraformFile({ grafana: 'grafana/grafana' }, [
      { type: 'grafana_dashboard', name: nameOf(set), values: { config_json: jsonOf(wanted), overwrite: true } },
    ]),
  kibana: (wanted: readonly Resource[], set: string): string =>
    terraformFile({ elasticstack: 'elastic/elasticstack' }, [
      {
        type: 'elasticstack_kibana_import_saved_objects',
        name: nameOf(set),
        values: { file_contents: importFile(wanted), overwrite: true },
      },
    ]),
} as const;
