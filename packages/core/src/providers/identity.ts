import { isClosed, isEngineName, isOpen } from './models.ts';
/** Who answers a call, and by whose price list it is billed. Every source of calls asks here. */
import {
  catalogueId,
  isEngine,
  isProtocol,
  providerOfClass,
  providerOfHost,
  providerOfId,
  providerOfModel,
  PROVIDER_NAMES,
} from './names.ts';
import { isPrivateHost } from './private-host.ts';

/** Facts that show the provider of a call. */
export interface ProviderClues {
  /** The host that is called: the best evidence. */
  readonly host?: string | undefined;
  /** The name that a framework or the application has for the provider. */
  readonly id?: string | undefined;
  /** The framework's class: `ChatGroq`, `AzureChatOpenAI`. */
  readonly className?: string | undefined;
  readonly model?: string | undefined;
  /** The provider whose API the client speaks. Gateways and servers of the user's own speak it as well. */
  readonly protocol?: string | undefined;
}

const exact = (provider: string | undefined): string | undefined =>
  provider === undefined || isProtocol(provider) ? undefined : provider;

/**
 * The `gen_ai.provider.name` of a call: by its host, by the framework's name and class, by the protocol, and at last by
 * the model's name. Classes for OpenAI's and Anthropic's API are used for every server that copies it.
 */
export function providerOf({ host, id, className, model, protocol }: ProviderClues): string | undefined {
  const known = host === undefined ? undefined : providerOfHost(host);
  if (known !== undefined) return known;
  const named = id === undefined ? undefined : providerOfId(id);
  const ofClass = className === undefined ? undefined : providerOfClass(className);
  const sold = model === undefined || host !== undefined ? undefined : providerOfModel(model)?.provider;
  return exact(named) ?? exact(ofClass) ?? named ?? ofClass ?? protocol ?? sold;
}

/**
 * Who sells the models of a host.
 *
 * - `self_hosted`: nobody. No model has a list price.
 * - `gateway`: it passes calls on. Every model has the price of its maker.
 * - The name of a provider: `groq`, `deepseek`, `azure.ai.openai`.
 */
type HostOwner = string;

/** Every {@link HostOwner} that is known without a price list. */
export const HOST_OWNERS: readonly HostOwner[] = ['self_hosted', 'gateway', ...PROVIDER_NAMES];

/** Owners by host: `localhost:4000`, `llm.example.com`, `*.example.com`. */
export type HostOwners = Readonly<Record<string, HostOwner>>;

/** A call whose seller is looked for. */
export interface ModelCall {
  readonly provider: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly model: string;
}

/** Who bills a model. */
type Seller =
  /** The provider with this id in the catalogue. */
  | { readonly list: string; readonly model: string }
  /** The maker of the model, by the model's name; `first` is asked before. */
  | { readonly maker: true; readonly first?: string; readonly model: string }
  | { readonly reason: 'self_hosted' | 'unknown_model' };

const SELF_HOSTED: Seller = { reason: 'self_hosted' };
const UNKNOWN: Seller = { reason: 'unknown_model' };

/** The application's word on a host: with its port, without, or by a pattern. The longest pattern wins. */
function ownerOf(owners: HostOwners, host: string, port: number | undefined): HostOwner | undefined {
  const name = host.toLowerCase();
  const given = owners[`${name}:${String(port)}`] ?? owners[name];
  if (given !== undefined) return given;
  const pattern = Object.keys(owners)
    .filter((key) => key.startsWith('*.') && name.endsWith(key.slice(1)))
    .toSorted((a, b) => b.length - a.length)[0];
  return pattern === undefined ? undefined : owners[pattern];
}

/** The provider that the application names for a host. */
export function namedProvider(owners: HostOwners, host: string, port: number | undefined): string | undefined {
  const owner = ownerOf(owners, host, port);
  return owner === undefined || owner === 'self_hosted' || owner === 'gateway' ? undefined : providerOfId(owner);
}

/** A closed model has the price of its maker, whoever passes it on. */
function bought(provider: string | undefined, model: string, otherwise: Seller): Seller {
  if (!isClosed(model)) return otherwise;
  return provider === undefined ? { maker: true, model } : { maker: true, first: catalogueId(provider), model };
}

function ofOwner(owner: HostOwner, provider: string | undefined, model: string): Seller {
  if (owner === 'self_hosted') return SELF_HOSTED;
  if (owner !== 'gateway') {
    const seller = providerOfId(owner);
    return isEngine(seller) ? SELF_HOSTED : { list: catalogueId(seller), model };
  }
  const first = exact(provider);
  return first === undefined ? { maker: true, model } : { maker: true, first: catalogueId(first), model };
}

/**
 * Finds who bills a model. A name alone proves little: open weights have the same name on a machine of the user's own
 * as at a provider that sells them.
 *
 * @param isListed - true for a provider that has a price list
 */
export function sellerOf(call: ModelCall, owners: HostOwners, isListed: (id: string) => boolean): Seller {
  const { provider: given, host, port, model } = call;
  const provider = given === undefined ? undefined : providerOfId(given);
  const owner = host === undefined ? undefined : ownerOf(owners, host, port);
  if (owner !== undefined) return ofOwner(owner, provider, model);
  const known = host === undefined ? undefined : providerOfHost(host);
  if (known !== undefined) return { list: catalogueId(known), model };
  const named = providerOfModel(model);
  if (named !== undefined && (provider === undefined || isProtocol(provider))) {
    return isEngine(named.provider) ? SELF_HOSTED : { list: catalogueId(named.provider), model: named.model };
  }
  if (provider !== undefined && isEngine(provider)) return SELF_HOSTED;
  if (isEngineName(model) && exact(provider) === undefined) return SELF_HOSTED;
  if (host !== undefined && isPrivateHost(host)) return bought(provider, model, isOpen(model) ? SELF_HOSTED : UNKNOWN);
  if (provider === undefined) return host === undefined ? { maker: true, model } : bought(undefined, model, UNKNOWN);
  const isPassedOn = !isListed(catalogueId(provider)) || (host !== undefined && isProtocol(provider));
  return isPassedOn ? bought(provider, model, UNKNOWN) : { list: catalogueId(provider), model };
}
