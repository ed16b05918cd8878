export {
  type HostOwner,
  type HostOwners,
  type ModelCall,
  namedProvider,
  providerOf,
  type ProviderClues,
  type Seller,
  sellerOf,
} from './identity.ts';
export { bareName } from './models.ts';
