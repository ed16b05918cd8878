/** A row of the table `orders`. */
export interface Order {
  readonly id: number;
  readonly status: string;
}

const ORDERS: ReadonlyMap<string, readonly Order[]> = new Map([
  [
    'u_42',
    [
      { id: 1, status: 'delivered' },
      { id: 7, status: 'on its way' },
    ],
  ],
]);

/** Answers like a PostgreSQL client. */
export async function queryOrders(userId: string): Promise<{ rows: readonly Order[]; rowCount: number }> {
  const rows = ORDERS.get(userId) ?? [];
  return { rows, rowCount: rows.length };
}
