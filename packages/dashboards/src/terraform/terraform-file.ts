/** Objects of a target as a file for Terraform or OpenTofu, in their JSON syntax. */

/** A value of a file for Terraform. */
export type TerraformValue =
  | string
  | number
  | boolean
  | readonly TerraformValue[]
  | { readonly [name: string]: TerraformValue };

/** An object in a file for Terraform. */
export interface TerraformResource {
  /** Type of the provider, such as `datadog_dashboard_json`. */
  readonly type: string;
  /** Stable: letters, digits, dashes and underscores; no digit or dash first. */
  readonly name: string;
  readonly values: Readonly<Record<string, TerraformValue>>;
}

const isList = (value: object): value is readonly TerraformValue[] => Array.isArray(value);

/** Every string is a template for Terraform. */
function literal(value: TerraformValue): TerraformValue {
  if (typeof value === 'string') return value.replaceAll(/([$%])\{/g, '$1$1{');
  if (typeof value !== 'object') return value;
  if (isList(value)) return value.map(literal);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, literal(inner)]));
}

/**
 * Writes a `.tf.json` file. `providers` are the sources of the providers by their local names, such as `{ datadog:
 * 'DataDog/datadog' }`.
 */
export function terraformFile(
  providers: Readonly<Record<string, string>>,
  resources: readonly TerraformResource[],
): string {
  const required = Object.entries(providers).map(([name, source]) => [name, { source }]);
  const byType: Record<string, Record<string, unknown>> = {};
  for (const { type, name, values } of resources) {
    const own = Object.entries(values).map(([key, value]) => [key, literal(value)]);
    (byType[type] ??= {})[name] = Object.fromEntries(own) as unknown;
  }
  const file = { terraform: { required_providers: Object.fromEntries(required) as unknown }, resource: byType };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}
