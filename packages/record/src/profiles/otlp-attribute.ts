/** An attribute value of OTLP/JSON. 64-bit integers are strings. */
export type OtlpValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number }
  | { arrayValue: { values: OtlpValue[] } };

/** An attribute of OTLP/JSON. */
export interface OtlpAttribute {
  key: string;
  value: OtlpValue;
}

/** The text of a value, `undefined` if it is none. */
export function textOf(value: OtlpValue | undefined): string | undefined {
  return value !== undefined && 'stringValue' in value ? value.stringValue : undefined;
}
