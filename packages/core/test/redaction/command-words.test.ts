import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redaction/index.ts';

const redactor = createRedactor({}, undefined);
const redact = (text: string): string =>
  redactor.redactCredentials(text, undefined, redactor.startLine({ placeholders: undefined }));
/** The text with its secret replaced, whichever rule did it. */
const shown = (text: string): string => redact(text).replaceAll(/\[(?:SECRET|CREDENTIAL|CONNECTION_STRING)_1\]/g, '#');

describe('passwords behind words and options of commands', () => {
  it.each([
    'vault login #',
    'sudo -E vault login -no-print #',
    'vault kv put secret/app foo=#',
    'cargo login --registry=mine #',
    'snyk auth #',
    'bw login ann@x.invalid #',
    'ngrok config add-authtoken #',
    'nuget setapikey # -Source x',
    'dotnet user-secrets set "Foo:Bar" "#"',
    'composer config http-basic.repo.example.org ann #',
    'poetry config pypi-token.pypi #',
    "nmcli dev wifi connect net password '#'",
    'fly secrets set FOO=#',
    'kubectl create secret generic x --from-literal=foo=# -n y',
    'gh secret set FOO --body #',
    'gh secret set FOO -b"#"',
    'wrangler secret put FOO <<< "#"',
    'cryptsetup luksOpen /dev/sda1 x <<< #',
    'echo # | wg pubkey',
    'wg set wg0 private-key <(echo #)',
    'curl -U proxy:# https://example.org',
    'snmpget -v2c -c # host sysDescr.0',
    'ssh-keygen -t rsa -N "#" -f key',
    'mosquitto_pub -u ann -P # -t x',
    'cf login -u ann -p #',
    'tool login -u ann -p #',
    'doctl auth init -t #',
    'dotnet nuget push x -k #',
  ])('%s', (text) => expect(shown(text.replace('#', 'wolfram7Tide'))).toBe(text));

  it.each([
    'vault login failed; vault login is required; vault login -method=oidc; vault status',
    'cargo login --help; cargo login; snyk auth required; bw unlock; wandb login first',
    'fly secrets list; kubectl create secret generic x --from-file=a.txt; fly secrets set FOO=$FOO',
    'snmpget -v2c -c public host; ssh-keygen -t ed25519 -N "" -f key; ssh -p 2222 host',
    'cat <<EOF; sort <<< words; diff <(echo hello) <(echo there)',
    'curl -u https://example.org; kubectl -n prod get pods -w; docker run -p 8080:80 nginx',
  ])('near misses stay: %s', (text) => expect(redact(text)).toBe(text));
});

describe('passwords in scripts, statements and files', () => {
  it.each([
    'expect "Password:"\nsend "#\\r"',
    'expect -re "assword"\nsend -- "#\\r"\ninteract',
    'expect {\n  "*?assword:*" { send "#\\r" }\n}',
    'child.expect("Password: ")\nchild.sendline("#")',
    'variable "db_password" {\n  type = string\n  default = "#"\n}',
    'variable "foo" {\n  default = "#"\n  sensitive = true\n}',
    'variable "foo" {\n  sensitive = true\n  default   = "#"\n}',
    "CREATE LOGIN ann WITH PASSWORD = N'#'",
    "CREATE SECRET s (TYPE S3, KEY_ID 'x', SECRET '#')",
    "PRAGMA key = '#'",
    "SELECT pgp_sym_encrypt('x', '#')",
    "INSERT INTO users (name, password) VALUES ('ann', '#')",
    'redis> AUTH ann #',
    '127.0.0.1:6379> AUTH #',
    '*2\r\n$4\r\nAUTH\r\n$10\r\n#\r\n',
    'CONFIG SET requirepass #',
    'ACL SETUSER ann on ># ~*',
    'machine h.example.org login ann account x password #',
    'db.example.org:5432:app:ann:#',
    '*:*:*:postgres:#',
    'PresharedKey = #',
    'new NetworkCredential("ann", "#")',
    'new PasswordAuthentication("ann", "#".toCharArray())',
    'DriverManager.getConnection(url, "ann", "#")',
    'requests.get(url, auth=("ann", "#"))',
    "smtp.login('ann', '#')",
    'new PDO("mysql:host=h", "ann", "#")',
    'req.SetBasicAuth("ann", "#")',
  ])('%j', (text) => expect(shown(text.replace('#', 'olivegrove'))).toBe(text));

  it.each([
    'expect("the password").toBe("olive"); socket.send("hello")',
    String.raw`expect "done" { send "exit\r" }`,
    'variable "region" {\n  type = string\n  default = "eu-west-1"\n}',
    'variable "db_password" {\n  default = ""\n}',
    "INSERT INTO users (name, role) VALUES ('ann', 'admin'); INSERT INTO users (name, password) VALUES (?, ?)",
    'AUTH failed; the AUTH command is required; AUTH error E1234',
    'AUTH LOGIN',
    'AUTH CRAM-MD5',
    'src/a.ts:12:4:error:unused and 10:20:30:40:50 at host:8080:app:ann:x is down',
    'requireAuth("admin", "editor"); new Pair("ann", "olive"); getCredentials("prod", "eu-west-1")',
    'user.login("ann", { remember: true }); PRAGMA table_info(users); create a secret \'x\' for it',
  ])('near misses stay: %j', (text) => expect(redact(text)).toBe(text));
});
