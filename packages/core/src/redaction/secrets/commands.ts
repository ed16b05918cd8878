/** Passwords in commands, in SQL and in `.netrc`, where a short option or a keyword stands before them. */

import { lazy } from '@spanline/record';
import { anyCase } from '../any-case.ts';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt, textBefore } from '../lines.ts';
import type { Range } from '../rule.ts';
import { COMMAND_ARGUMENTS } from './command-arguments.ts';
import { COMMAND_WORDS } from './command-words.ts';
import type { SecretForm } from './secret-form.ts';
import { isNoWord, isPlaceholder } from './secret-values.ts';

const PASSWORD = anyCase('assword');
/** The user of a statement, and its options, before a password without quotes. Databases refuse it, people write it. */
const BEFORE_BARE = lazy(
  () =>
    `(?:${['create', 'alter'].map(anyCase).join('|')})\\s{1,3}(?:${['user', 'role', 'login'].map(anyCase).join('|')})\\s{1,3}\\S{1,64}\\s{1,3}(?:${['with', 'login', 'encrypted', 'superuser', 'createdb'].map(anyCase).join('\\s{1,3}|')}\\s{1,3}){0,4}[pP]${PASSWORD}`,
);
const BARE = lazy(() => new RegExp(`${BEFORE_BARE()}$`));
const BARE_VALUE =
  /password\s{1,3}(?:=\s{1,3})?(?<value>[^\s'";,()=]{3,128})(?<end>\s{0,3}(?:;|$|\r?\n|valid\b|in\s{1,3}role\b))?/iy;
/** Options of a password, in place of one (MySQL, PostgreSQL). */
const PASSWORD_OPTION =
  /^(?:expire|never|default|null|history|reuse|require|lifetime|interval|policy|hash|using|from|on|is|for|reset|and|or)$/i;
const SNMP = /\bsnmp\w{2,12}\b[^\r\n|;&]{0,200}$/;
/** Communities of SNMP that are no secret, as they are everywhere. */
const COMMUNITY = /^(?:public|private)$/;
const GH_SECRET = /\bgh["', ]{1,6}secret["', ]{1,6}set\b[^\r\n|;&]{0,200}$/;

/**
 * Commands by the option that they take a password with, behind it without or with a space. In a list of arguments, the
 * next text is the password: `["docker", "login", "-p", "…"]`.
 */
const OPTIONS: Readonly<Record<string, { readonly attached?: RegExp; readonly apart?: RegExp }>> = {
  p: {
    attached: /\b(?:mysql\w{0,12}|mariadb(?:-\w{1,12})?|sshpass|7za?|unrar)\b[^\r\n|;&]{0,200}$/,
    apart:
      /\b(?:sshpass|mongo\w{0,12}|psexec|rdesktop|cqlsh|evil-winrm|crackmapexec|netexec|nxc|hydra|twine|conan["', ]{1,6}user|(?:docker|podman|az|oc|cf|nerdctl|buildah|skopeo)\b[^\r\n|;&]{0,32}[ "']login|helm registry login|user(?:add|mod)|login\b[^\r\n|;&]{0,64}[ "']-u|\["(?:", ")?login)\b[^\r\n|;&]{0,200}$/,
  },
  a: { apart: /\b(?:redis|valkey|keydb)-cli\b[^\r\n|;&]{0,200}$/ },
  P: { apart: /\b(?:sqlcmd|bcp|isql|zip|unzip|ipmitool|mosquitto_\w{2,3}|ssh-keygen)\b[^\r\n|;&]{0,200}$/ },
  N: { apart: /\bssh-keygen\b[^\r\n|;&]{0,200}$/ },
  A: { apart: SNMP },
  X: { apart: SNMP },
  c: { apart: SNMP },
  b: { attached: GH_SECRET, apart: GH_SECRET },
  t: { apart: /\b(?:doctl|vercel|fly|flyctl)\b[^\r\n|;&]{0,200}$/ },
  k: { apart: /\b(?:openssl|nuget|choco)\b[^\r\n|;&]{0,200}$/ },
  K: { apart: /\bopenssl\b[^\r\n|;&]{0,200}$/ },
  w: {
    apart:
      /\b(?:ldap(?:search|modify|add|delete|passwd|whoami)|security add-(?:generic|internet)-password)\b[^\r\n|;&]{0,200}$/,
  },
};
const HINTS = lazy((): readonly Hint[] => [
  {
    on: '\\-',
    then: `(?<=[\\s"']-)(?:[${Object.keys(OPTIONS).join('')}](?=[^\\s-]|[ \\t]{1,3}[^\\s-])|(?=[a-z]{1,12}pass))`,
  },
  { on: 'bB', then: `[yY]\\s{1,3}(?:['"]|(?<=${anyCase('identified')}\\s{1,3}[bB][yY]\\s{1,3})\\S)` },
  {
    on: 'pP',
    then: `${PASSWORD}(?:\\s{1,3}(?:['"]|(?:${anyCase('for')}\\s{1,3}\\S{1,128}\\s{1,3})?=\\s{0,3}[nN]?['"])|\\(['"]|(?<=${BEFORE_BARE()})\\s{1,3}(?:=\\s{1,3})?[^\\s=])|assword(?<=login\\s{1,3}\\S{1,64}\\s{1,9}(?:account\\s{1,3}\\S{1,64}\\s{1,9})?password)\\s{1,9}\\S`,
  },
]);
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));

const OPTION =
  /-(?<option>\w)(?<space>["']\s{0,3},\s{0,3}(?=["'])|[ \t]{0,3})(?:(?<quote>["'])(?<quoted>[^"'\r\n]{1,256})\k<quote>|(?<bare>[^\s"'|;&]{1,256}))/y;
/** Long options with one dash, and the commands that take a password behind them. */
const LONG_OPTION =
  /-(?:(?:src|dest|new|store|key|old)?(?:store|key)?pass(?:in|out|word|wd|phrase)?|pw)(?:[ \t=]{1,3}|["']\s{0,3},\s{0,3}(?=["']))(?:pass:)?(?:(?<quote>["'])(?:pass:)?(?<quoted>[^"'\r\n]{1,256})\k<quote>|(?<bare>[^\s"'|;&]{1,256}))/y;
const LONG_COMMAND =
  /\b(?:openssl|keytool|jarsigner|apksigner|signtool|plink|pscp|psftp|putty|influx|snowsql|cqlsh|nodetool|jmx\w{0,12}|rar|gpg|ipmitool|impdp|expdp|java)\b[^\r\n|;&]{0,200}$/;
/** Forms of OpenSSL that name the place of a password. */
const PLACE_OF_PASSWORD = /^(?:env|file|fd):|^stdin$/;
const SQL =
  /(?:by|password)\s{1,3}(?:(?:(?:for\s{1,3}\S{1,128}\s{1,3})?=\s{0,3}|values\s{1,3})?N?(?:'(?<single>(?:[^']|''){1,512})'|"(?<double>[^"\r\n]{1,512})")|(?<bare>[^\s'";,<>()]{1,128}))/iy;
const BEFORE_PASSWORD =
  /(?:\b(?:with|encrypted|unencrypted|login|identified\s{1,3}by|set)|\b(?:create|alter)\s{1,3}(?:user|role|login)\b[^;]{0,120})\s{1,3}$/i;
/** Statements that set a password without quotes (Oracle). */
const STATEMENT =
  /\b(?:(?:create|alter)\s{1,3}(?:user|role)|grant\b[^;]{1,120}\bon\b[^;]{1,120}\bto|database\s{1,3}link)\b[^;]{0,120}\bidentified\s{1,3}$/i;
const BEFORE_BY = /\bidentified(?:\s{1,3}(?:with|via)\s{1,3}\S{1,64})?\s{1,3}$/i;
/** `SET PASSWORD FOR app = PASSWORD('…')` (MySQL 5). */
const CALL = /password\((?:'(?<single>[^'\r\n]{1,512})'|"(?<double>[^"\r\n]{1,512})")\)/iy;
const BEFORE_CALL = /\bset\s{1,3}password\b[^;]{0,120}=\s{0,3}$/i;
const NETRC = /password\s{1,9}(?<value>\S{1,512})/y;
const LOGIN =
  /(?<machine>\b(?:machine\s{1,9}\S{1,256}|default)\s{1,9})?login\s{1,3}(?<user>\S{1,64})\s{1,9}(?:account\s{1,3}\S{1,64}\s{1,9})?$/;
const PASSWORD_LENGTH = 'password'.length;
const CONJUNCTION = /^(?:and|or|with|via|using|your|the|a|to|by|page|form|name|is|needs|requires)$|[,.:;=]$/i;

function* optionAt(text: string, index: number): Generator<Range> {
  const match = matchAt(OPTION, text, index);
  const { option = '', space, quoted, bare = '' } = match?.groups ?? {};
  const commands = OPTIONS[option];
  const command = space === '' ? commands?.attached : commands?.apart;
  if (match === null || command?.test(textBefore(text, index, 240)) !== true) return;
  const value = quoted ?? bare;
  const end = index + match[0].length - (quoted === undefined ? 0 : 1);
  if (!isPlaceholder(value) && !COMMUNITY.test(value)) yield { start: end - value.length, end };
}

function* longOptionAt(text: string, index: number): Generator<Range> {
  const match = matchAt(LONG_OPTION, text, index);
  if (match === null || !LONG_COMMAND.test(textBefore(text, index, 240))) return;
  const { quoted, bare = '' } = match.groups ?? {};
  const value = quoted ?? bare;
  const end = index + match[0].length - (quoted === undefined ? 0 : 1);
  if (!isPlaceholder(value) && !PLACE_OF_PASSWORD.test(value)) yield { start: end - value.length, end };
}

function* statementAt(text: string, index: number): Generator<Range> {
  const match = matchAt(SQL, text, index);
  if (match === null) return;
  const { single, double, bare = '' } = match.groups ?? {};
  const value = single ?? double ?? bare;
  const isBy = /^by/i.test(match[0]);
  const isQuoted = bare === '';
  const before = isQuoted ? (isBy ? BEFORE_BY : BEFORE_PASSWORD) : STATEMENT;
  if ((!isQuoted && !isBy) || isPlaceholder(value) || !before.test(textBefore(text, index))) return;
  const end = index + match[0].length - (isQuoted ? 1 : 0);
  yield { start: end - value.length, end };
}

function* bareAt(text: string, index: number): Generator<Range> {
  const match = matchAt(BARE_VALUE, text, index);
  const { value = '', end: ending } = match?.groups ?? {};
  if (match === null || PASSWORD_OPTION.test(value) || isPlaceholder(value)) return;
  if (!BARE().test(textBefore(text, index + PASSWORD_LENGTH, 240))) return;
  // In prose, words stand there: `create user accounts with password reset links`.
  const isStatement = ending?.includes(';') === true || text.startsWith('PASSWORD', index);
  const end = index + match[0].length - (ending?.length ?? 0);
  if (isStatement || isNoWord(value)) yield { start: end - value.length, end };
}

function* callAt(text: string, index: number): Generator<Range> {
  const match = matchAt(CALL, text, index);
  if (match === null || !BEFORE_CALL.test(textBefore(text, index))) return;
  const { single, double = '' } = match.groups ?? {};
  const end = index + match[0].length - 2;
  yield { start: end - (single ?? double).length, end };
}

function* loginAt(text: string, index: number): Generator<Range> {
  const match = matchAt(NETRC, text, index);
  const before = LOGIN.exec(textBefore(text, index, 400));
  const { value = '' } = match?.groups ?? {};
  const { machine, user = '' } = before?.groups ?? {};
  if (match === null || before === null || CONJUNCTION.test(user) || isPlaceholder(value)) return;
  const end = index + match[0].length;
  if (machine !== undefined || isNoWord(value)) yield { start: end - value.length, end };
}

function* found(text: string): Generator<Range> {
  for (const { 0: match, index } of text.matchAll(TRIGGER())) {
    if (match.startsWith('-')) {
      yield* optionAt(text, index);
      yield* longOptionAt(text, index);
    } else if (match.includes('(')) yield* callAt(text, index);
    else if (/^b|["']$/i.test(match)) yield* statementAt(text, index);
    else {
      yield* loginAt(text, index);
      yield* bareAt(text, index);
    }
  }
}

/** All commands, so that a text is searched for their hints once. */
export const COMMANDS: SecretForm = {
  hints: () => [...HINTS(), ...COMMAND_ARGUMENTS.hints(), ...COMMAND_WORDS.hints()],
  *find(text) {
    yield* found(text);
    yield* COMMAND_ARGUMENTS.find(text);
    yield* COMMAND_WORDS.find(text);
  },
};
