/** Hosts that only the user's own network reaches. */
import { BlockList, isIP } from 'node:net';
import { lazy } from '@spanline/record';

/** Loopback, private, shared, link-local and unique local addresses: RFC 1122, 1918, 6598, 3927, 4291, 4193. */
const PRIVATE = lazy((): BlockList => {
  const list = new BlockList();
  for (const [net, prefix] of [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
  ] as const) {
    list.addSubnet(net, prefix, 'ipv4');
  }
  for (const [net, prefix] of [
    ['::', 127],
    ['fc00::', 7],
    ['fe80::', 10],
  ] as const) {
    list.addSubnet(net, prefix, 'ipv6');
  }
  return list;
});

/**
 * Ends of names that no public server has: RFC 6761, 6762 and 8375, ICANN's `.internal`, and the usual names of office,
 * container and cluster networks (`host.docker.internal`, `vllm.default.svc.cluster.local`).
 */
const PRIVATE_NAME =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|lan|home|home\.arpa|test|svc|consul|ts\.net)$/;

/** True for an address or a name inside of the user's own network. A name without a dot is a container or a machine. */
export function isPrivateHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$|%.*$|\.$/g, '');
  const family = isIP(name);
  if (family !== 0) return PRIVATE().check(name, family === 4 ? 'ipv4' : 'ipv6');
  return name !== '' && (!name.includes('.') || PRIVATE_NAME.test(name));
}
