// The platform's multipart parser behind a guard: what it would take long to read is refused after a look at the bytes.
// Used before a sender is proven (fields that a scheme reads) and after (the body). No I/O; total.

/** A long questionnaire has a few hundred fields. */
export const MAX_FORM_FIELDS = 1_000;

/** Every part names itself in a header of this name, whatever the boundary between the parts is said to be. */
const PART_HEADER = /\ncontent-disposition/gi;

/** @returns the form, or why there is none: it has too many parts, or is broken */
export async function readMultipartForm(
  body: Uint8Array<ArrayBuffer>,
  contentType: string,
): Promise<FormData | "too-many-parts" | "broken"> {
  if (hasTooManyParts(body)) return "too-many-parts";
  try {
    return await new Response(body, { headers: { "content-type": contentType } }).formData();
  } catch {
    // The platform's parser says only by throwing that a boundary is missing or a part is broken.
    return "broken";
  }
}

function hasTooManyParts(body: Uint8Array): boolean {
  const text = new TextDecoder().decode(body);
  PART_HEADER.lastIndex = 0;
  for (let parts = 0; PART_HEADER.test(text); ) {
    parts += 1;
    if (parts > MAX_FORM_FIELDS) return true;
  }
  return false;
}
