/** Values in the types that the keys of the record have. Instrumentations write numbers, switches and lists as texts. */
import { attributeRow } from '@spanline/record';
import { fromJson } from './messages.ts';

const HAS_ACCOUNT = /@|:\/\//;

/** The host in an address. A client may write all of its connection string, with the password, as its host. */
function hostIn(address: string): string {
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

function fromText(key: string, value: string): unknown {
  switch (attributeRow(key)?.kind) {
    case 'int':
    case 'double': {
      const number = Number(value);
      return value.trim() === '' || !Number.isFinite(number) ? undefined : number;
    }
    case 'boolean': {
      const word = value.toLowerCase();
      return word === 'true' || word === 'false' ? word === 'true' : undefined;
    }
    case 'strings': {
      const read = fromJson(value);
      return Array.isArray(read) ? read : value;
    }
    default:
      return key === 'server.address' ? hostIn(value) : value;
  }
}

/** The value of a fact. `undefined` for a value that its key cannot have. An empty text has to be sorted out before. */
export function factFrom(key: string, value: unknown): unknown {
  if (typeof value === 'string') return fromText(key, value);
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value;
  return Array.isArray(value) && attributeRow(key)?.kind !== 'strings' ? undefined : value;
}

/** True for a number of tokens, also for one that is a text. */
export function isCount(value: unknown): boolean {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && count >= 0;
}
