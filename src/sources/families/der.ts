// As much of DER (ASN.1) as signatures and certificates need: reads one element at a time. Pure and total; definite lengths
// only, in their shortest form, as DER wants it.

export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array<ArrayBuffer>;
  /** With tag and length. */
  readonly whole: Uint8Array<ArrayBuffer>;
}

export const DER_INTEGER = 0x02;
export const DER_UTC_TIME = 0x17;
export const DER_GENERALIZED_TIME = 0x18;
export const DER_SEQUENCE = 0x30;

const LONG_FORM = 0x80;
/** Three length bytes hold 16 MiB, more than any certificate. */
const MAX_LENGTH_BYTES = 3;

/** The elements that stand one after the other; null when the bytes are not exactly that. */
export function readDerElements(bytes: Uint8Array<ArrayBuffer>): readonly DerElement[] | null {
  const elements: DerElement[] = [];
  let at = 0;
  while (at < bytes.length) {
    const element = readElement(bytes, at);
    if (element === null) return null;
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

/** The elements of the one sequence that the bytes are. */
export function readDerSequence(bytes: Uint8Array<ArrayBuffer>): readonly DerElement[] | null {
  const [sequence, more] = readDerElements(bytes) ?? [];
  return sequence?.tag === DER_SEQUENCE && more === undefined ? readDerElements(sequence.content) : null;
}

function readElement(bytes: Uint8Array<ArrayBuffer>, start: number): DerElement | null {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined) return null;
  let length = first;
  let from = start + 2;
  if (first >= LONG_FORM) {
    const count = first - LONG_FORM;
    if (count === 0 || count > MAX_LENGTH_BYTES) return null;
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[from + i] ?? 0);
    from += count;
    if (length < LONG_FORM || (count > 1 && length < 256 ** (count - 1))) return null;
  }
  const end = from + length;
  return end > bytes.length ? null : { tag, content: bytes.slice(from, end), whole: bytes.slice(start, end) };
}

/** A P-256 number has 32 bytes. */
const P256_BYTES = 32;

/** An ECDSA signature as DER to the two numbers one after the other, which is what Web Crypto wants; null if it is none. */
export function ecdsaFromDer(der: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
  const [r, s, more] = readDerSequence(der) ?? [];
  if (r === undefined || s === undefined || more !== undefined) return null;
  const numbers = [r, s].map(unsignedOf);
  const raw = new Uint8Array(2 * P256_BYTES);
  for (const [i, number] of numbers.entries()) {
    if (number === null || number.length > P256_BYTES) return null;
    raw.set(number, (i + 1) * P256_BYTES - number.length);
  }
  return raw;
}

/** A positive integer in its shortest form, without the zero that keeps it positive. */
function unsignedOf({ tag, content }: DerElement): Uint8Array<ArrayBuffer> | null {
  const [first, second] = content;
  if (tag !== DER_INTEGER || first === undefined || first >= LONG_FORM) return null;
  if (first !== 0) return content;
  return second !== undefined && second >= LONG_FORM ? content.slice(1) : null;
}
