// Expected failure as a value. Pure: no I/O, no clock. Code throws only for bugs; everything that can be
// expected to go wrong comes back as `{ ok: false, error }` with a tagged `reason`.

export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}
