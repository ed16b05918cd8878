import type { PhonePlan } from './phone-plan.ts';
import { phonePlans } from './plans.ts';

interface CompiledPlan {
  readonly code: string;
  readonly prefix: string;
  readonly national: RegExp;
  readonly formats: readonly { readonly pattern: RegExp; readonly leading: RegExp }[];
}

function compile({ code, prefix, national, formats }: PhonePlan): CompiledPlan {
  return {
    code,
    prefix,
    national: new RegExp(`^(?:${national})$`),
    formats: formats.map(([pattern, leading]) => ({
      pattern: new RegExp(`^${pattern}$`),
      leading: new RegExp(`^(?:${leading})`),
    })),
  };
}

/** Compiled with the first number that looks like one of a phone. */
let compiled: readonly CompiledPlan[] | undefined;

const plans = (): readonly CompiledPlan[] => (compiled ??= phonePlans().map(compile));

/** A number as it is written inside of its country. */
export interface NationalNumber {
  /** It begins with what such numbers begin with inside of the country, such as 0. */
  readonly hasPrefix: boolean;
  /** Its digits are grouped as people there group them. */
  readonly isGrouped: boolean;
}

/** Places between the groups. */
function boundaries(sizes: readonly number[]): number[] {
  let sum = 0;
  return sizes.slice(0, -1).map((size) => (sum += size));
}

const isSame = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && one.every((place, index) => place === other[index]);

function isGrouped({ formats }: CompiledPlan, digits: string, sizes: readonly number[]): boolean {
  const places = boundaries(sizes);
  return formats.some(({ pattern, leading }) => {
    const parts = leading.test(digits) ? pattern.exec(digits) : null;
    return parts !== null && isSame(boundaries(parts.slice(1).map((part) => part.length)), places);
  });
}

/** Sizes of the groups without the prefix. It may be a group of its own: `8 (912) 345-67-89`. */
function withoutPrefix(groups: readonly string[], prefix: string): number[] {
  const sizes = groups.map((group) => group.length);
  sizes[0] = (sizes[0] ?? 0) - prefix.length;
  return sizes[0] === 0 ? sizes.slice(1) : sizes;
}

/** The ways in which some groups of digits are a phone number of a large country. */
export function* nationalNumbers(groups: readonly string[]): Generator<NationalNumber> {
  const digits = groups.join('');
  for (const plan of plans()) {
    const { prefix, national } = plan;
    if (prefix !== '' && digits.startsWith(prefix)) {
      const rest = digits.slice(prefix.length);
      if (national.test(rest)) {
        yield { hasPrefix: true, isGrouped: isGrouped(plan, rest, withoutPrefix(groups, prefix)) };
      }
    }
    if (national.test(digits)) {
      // Italian numbers keep their zero.
      const isWhole = digits.startsWith('0');
      yield {
        hasPrefix: isWhole,
        isGrouped: isGrouped(
          plan,
          digits,
          groups.map((group) => group.length),
        ),
      };
    }
  }
}

/** True for the digits behind a `+` if the number is one of its country; `undefined` for countries without a plan. */
export function isInternational(digits: string): boolean | undefined {
  const candidates = plans().filter(({ code }) => digits.startsWith(code));
  if (candidates.length === 0) return undefined;
  return candidates.some(({ code, prefix, national }) => {
    const rest = digits.slice(code.length);
    return (
      national.test(rest) || (prefix !== '' && rest.startsWith(prefix) && national.test(rest.slice(prefix.length)))
    );
  });
}
