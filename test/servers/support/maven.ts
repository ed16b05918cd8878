/** Files from Maven Central. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './fetch.ts';
import { SHORT_LIVED } from './java.ts';

/** A jar: `group:artifact:version`. */
type Coordinates = string;

function dependency(coordinates: Coordinates, isAlone: boolean): string {
  const [group, artifact, version] = coordinates.split(':');
  const others = '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>';
  return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${isAlone ? others : ''}</dependency>`;
}

async function runMaven(folder: string, dependencies: string, goal: readonly string[]): Promise<void> {
  const pom = join(folder, 'pom.xml');
  const project =
    '<modelVersion>4.0.0</modelVersion><groupId>s</groupId><artifactId>s</artifactId><version>1</version>';
  writeFileSync(pom, `<project>${project}<dependencies>${dependencies}</dependencies></project>`);
  const options = [process.env['MAVEN_OPTS'] ?? '', SHORT_LIVED, '-XX:+UseSerialGC'].join(' ').trim();
  await run('mvn', ['-B', '-q', '-f', pom, ...goal], { MAVEN_OPTS: options });
}

/**
 * Copies jars into a folder.
 *
 * @param options - `isAlone`: without the jars that they depend on
 */
export function copyJars(
  folder: string,
  jars: readonly Coordinates[],
  { to = 'lib', isAlone = false }: { readonly to?: string; readonly isAlone?: boolean } = {},
): Promise<void> {
  const dependencies = jars.map((jar) => dependency(jar, isAlone)).join('');
  return runMaven(folder, dependencies, ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, to)}`]);
}

/** Unpacks an archive into a folder. @param artifact - `group:artifact:version:type` */
export function unpack(folder: string, artifact: string): Promise<void> {
  return runMaven(folder, '', ['dependency:unpack', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
}
