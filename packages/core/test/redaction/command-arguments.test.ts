import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redaction/index.ts';

const redactor = createRedactor({}, undefined);
const redact = (text: string): string =>
  redactor.redactCredentials(text, undefined, redactor.startLine({ placeholders: undefined }));

describe('passwords among the arguments of commands', () => {
  it.each([
    'sudo -S apt update <<< #',
    "echo '#' | sudo -S ls",
    'printf "%s\\n" "#" | sudo --stdin ls',
    'echo # | docker login -u ann --password-stdin registry',
    'gh auth login --with-token <<< #',
    'echo "#" | passwd --stdin ann',
    "echo 'ann:#' | sudo chpasswd",
    'sqlplus -s ann/#@db:1521/x',
    'htpasswd -bc file ann #',
    'htpasswd -nbB ann #',
    '["htpasswd", "-b", "file", "ann", "#"]',
    String.raw`net use Z: \\server\share /user:ann #`,
    'lftp -u ann,# ftp.example.org',
    "smbclient //server/share -U 'ann%#'",
    'http -a ann:# https://example.org',
    'rabbitmqctl change_password ann #',
    "mysqladmin -u root password '#'",
    'cmdkey /add:server /user:ann /pass:#',
    'xfreerdp /u:ann /p:# /v:host',
    'ConvertTo-SecureString -AsPlainText "#" -Force',
    '::add-mask::#',
    'export ANSIBLE_BECOME_PASS=#',
    'SAMLResponse=#',
  ])('%s', (form) => expect(redact(form.replace('#', 'olivegrove'))).toBe(form.replace('#', '[SECRET_1]')));

  it.each([
    'echo hello | grep h; echo done | sudo tee /etc/x; cat <<< olive',
    'htpasswd -c file ann; htpasswd file ann; sqlplus / as sysdba; sqlplus ann@db',
    String.raw`net use Z: \\server\share /user:ann /persistent:no`,
    'lftp -u ann ftp.example.org; smbclient -U ann //server/share; git push -u origin,x',
    'rabbitmqctl add_vhost olive; rabbitmqctl list_users; mysqladmin -u root password',
    'git commit -a -m "fix: olive"; ls -a http://olive; sort -u a,b; sudo -S ls',
    'ConvertTo-SecureString $plain -AsPlainText; ConvertTo-SecureString (Get-Content olive)',
    String.raw`expect "done" { send "exit\r" } and printf "olive\r"`,
    'echo "$PASSWORD" | sudo -S ls; docker login --password-stdin < olive.txt; the stdin of a process',
  ])('near misses stay: %s', (text) => expect(redact(text)).toBe(text));
});
