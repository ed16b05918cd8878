/** One result of the search. */
export interface Page {
  readonly title: string;
  readonly url: string;
}

const PAGES: readonly Page[] = [
  { title: 'Delivery takes two days', url: 'https://shop.example.com/delivery' },
  { title: 'How to return an order', url: 'https://shop.example.com/returns' },
  { title: 'Opening hours', url: 'https://shop.example.com/hours' },
];

/** Pages that share a word with the query. */
export async function searchWeb(query: string): Promise<readonly Page[]> {
  const asked = new Set(query.toLowerCase().split(/\W+/));
  return PAGES.filter(({ title }) =>
    title
      .toLowerCase()
      .split(/\W+/)
      .some((word) => asked.has(word)),
  );
}
