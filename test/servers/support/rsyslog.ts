import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentedText } from '../../support/agents/documented.ts';
import { fetched, run } from './fetch.ts';
import { type RunningServer, startServer } from './server.ts';

const VERSION = 'debian-12';
const PACKAGES = ['rsyslog', 'rsyslog-elasticsearch', 'libestr0', 'libfastjson4', 'liblognorm5'];

/** rsyslog with its output to Elasticsearch, from Debian. */
export function fetchRsyslog(): Promise<string | undefined> {
  return fetched(`rsyslog-${VERSION}`, async (folder) => {
    await run('sh', ['-c', 'cd "$0" && apt-get -q download "$@"', folder, ...PACKAGES]);
    const packages = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
    for (const name of packages) await run('dpkg-deb', ['-x', join(folder, name), folder]);
  });
}

/** The documented configuration, with other values in place of some. @throws an error for one that it does not have */
function changed(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the configuration of rsyslog has no ${from}`);
    return text.replaceAll(from, to);
  }, documentedText('rsyslog.conf'));
}

/** Starts rsyslog, as it is documented, on `app.log` of its folder, towards an index of a server of the loopback. */
export function startRsyslog(files: string, text: string, url: string, index: string): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-rsyslog-'));
  const { hostname, port } = new URL(url);
  mkdirSync(join(folder, 'spool'));
  writeFileSync(join(folder, 'app.log'), text);
  const config = changed({
    '/var/spool/rsyslog"': `${join(folder, 'spool')}" processInternalMessages="on"`,
    '/var/log/app/*.log': join(folder, '*.log'),
    '/var/log/spanline-': join(folder, 'spanline-'),
    'es.example.com': hostname,
    '"9200" usehttps="on"': `"${port}"`,
    'logs-spanline-default': index,
  });
  writeFileSync(join(folder, 'rsyslog.conf'), `${config}\nsyslog.* action(type="omfile" file="/dev/stdout")\n`);
  const libraries = join(files, 'usr', 'lib', 'x86_64-linux-gnu');
  const program = join(files, 'usr', 'sbin', 'rsyslogd');
  const modules = ['-M', join(libraries, 'rsyslog')];
  return startServer({
    name: 'rsyslog',
    folder,
    // It opens its standard output by name, which works with a pipe, but not with the socket that Node makes.
    command: [
      'sh',
      '-c',
      '"$0" "$@" | cat',
      program,
      '-n',
      '-i',
      join(folder, 'rsyslogd.pid'),
      '-f',
      join(folder, 'rsyslog.conf'),
      ...modules,
    ],
    env: { LD_LIBRARY_PATH: libraries, ES_PASSWORD: 'secret' },
    ready: /x-pid="(\d+)".*start/,
  });
}
