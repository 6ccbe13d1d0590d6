// Pages of a table that is read in the order of `seq`. Pure: no I/O of its own.

/** The most text that one page carries: a page crosses to the Worker by RPC, whose payload is limited to 32 MiB. */
const MAX_PAGE_CHARS = 8 * 1024 * 1024;

export interface PageRequest {
  /** Rows after this `seq`. */
  readonly since: number;
  readonly limit: number;
}

export interface Page<T> {
  readonly items: T[];
  /** What to ask for as `since` to go on; null at the end. */
  readonly next: number | null;
}

/**
 * Takes rows until the page is full. A row is always taken when the page is empty, so that reading goes on.
 *
 * @param rows in the order of `seq`, at least one more than the limit if there are more
 */
export function takePage<Row extends { seq: number }, T>(
  rows: Iterable<Row>,
  request: PageRequest,
  read: (row: Row) => T,
): Page<T> {
  const items: T[] = [];
  let chars = 0;
  let last = request.since;
  for (const row of rows) {
    chars += JSON.stringify(row).length;
    if (items.length > 0 && (items.length === request.limit || chars > MAX_PAGE_CHARS)) {
      return { items, next: last };
    }
    items.push(read(row));
    last = row.seq;
  }
  return { items, next: null };
}
