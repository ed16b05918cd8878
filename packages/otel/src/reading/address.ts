/** Addresses of the network. Their users, passwords and queries may be secrets, and are left out. */
import { text } from '@spanline/record';

const HAS_ACCOUNT = /@|:\/\//;

/** The host in an address. A client may write all of its connection string, with the password, as its host. */
export function hostIn(address: string): string {
  if (!HAS_ACCOUNT.test(address)) return address;
  if (URL.canParse(address)) {
    const { hostname } = new URL(address);
    if (hostname !== '') return hostname;
  }
  return address
    .slice(address.lastIndexOf('@') + 1)
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/[/?#].*$/s, '');
}

/** Calls `set` for each part of an address or of a path. */
export function readAddress(value: unknown, set: (key: string, value: unknown) => void): void {
  const given = text(value);
  if (given === undefined || !URL.canParse(given, 'http://-')) return;
  const { protocol, hostname, port, pathname } = new URL(given, 'http://-');
  set('url.path', pathname);
  if (hostname === '-') return;
  set('url.scheme', protocol.slice(0, -1));
  set('server.address', hostname.replace(/^\[|\]$/g, ''));
  if (port !== '') set('server.port', Number(port));
}
