/** What a program saw, without the ids and times that the provider makes up for each answer. */
export function comparable(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null)
      .replaceAll(/(?:resp|msg|modr|req|toolu|msgbatch)[-_][\w-]{8,}/g, 'id')
      .replaceAll(/"(created\w*)":\d+/g, '"$1":0'),
  );
}
