export { PHONE } from './phone.ts';
export { isPhoneName } from './phone-words.ts';
