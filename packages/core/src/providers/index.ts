export {
  HOST_OWNERS,
  type HostOwners,
  type ModelCall,
  namedProvider,
  providerOf,
  type ProviderClues,
  sellerOf,
} from './identity.ts';
export { bareName, makerOf } from './models.ts';
export { isPrivateHost } from './private-host.ts';
