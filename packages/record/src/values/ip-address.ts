const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const IPV4 = new RegExp(String.raw`^${OCTET}(?:\.${OCTET}){3}$`);
const GROUP = /^[0-9a-f]{1,4}$/i;
const ZONE = /^[\w.:~-]+$/;
const LONGEST = 64;

/**
 * Number of groups on one side of a `::`. A dotted IPv4 address at the end counts as two. `-1` if a group is malformed.
 */
function countGroups(side: string, mayEndInIpv4: boolean): number {
  if (side === '') return 0;
  const groups = side.split(':');
  const last = groups.at(-1) ?? '';
  const hasIpv4 = mayEndInIpv4 && IPV4.test(last);
  const plain = hasIpv4 ? groups.slice(0, -1) : groups;
  return plain.every((group) => GROUP.test(group)) ? plain.length + (hasIpv4 ? 2 : 0) : -1;
}

function isIpv6(text: string): boolean {
  const zone = text.indexOf('%');
  if (zone >= 0 && !ZONE.test(text.slice(zone + 1))) return false;
  const address = zone < 0 ? text : text.slice(0, zone);
  const sides = address.split('::');
  if (sides.length > 2) return false;
  const [left = '', right] = sides;
  const before = countGroups(left, right === undefined);
  const after = right === undefined ? 0 : countGroups(right, true);
  if (before < 0 || after < 0) return false;
  return right === undefined ? before === 8 : before + after < 8;
}

/** True for an IPv4 or IPv6 address in a text form of RFC 4291, also with a zone. Agrees with `isIP` of `node:net`. */
export function isIpAddress(text: string): boolean {
  return text.length <= LONGEST && (IPV4.test(text) || (text.includes(':') && isIpv6(text)));
}
