// What `assert` says: certain places of a request must hold a certain text, or it is not from this sender. For senders
// that sign nothing but name their account (Salesforce). Checked once the body is read, before anything is made of it.
import type { RequestView } from "./request-view.ts";
import { compileSelector, type PlainSelector, textOf } from "./selector.ts";

export interface Assertion {
  /** As it is written in the configuration. */
  readonly at: string;
  readonly selector: PlainSelector;
  readonly text: string;
}

export function compileAssertions(asserted: Readonly<Record<string, string>>): readonly Assertion[] {
  return Object.entries(asserted).map(([at, text]) => ({ at, selector: compileSelector(at), text }));
}

/** Gives the first assertion that does not hold; null when all do. Paths start at the whole body, also of a batch. */
export async function failedAssertion(
  assertions: readonly Assertion[],
  request: RequestView,
): Promise<Assertion | null> {
  for (const assertion of assertions) {
    const text = await textOf(assertion.selector, { request, item: request.root, data: request.root });
    if (text !== assertion.text) return assertion;
  }
  return null;
}
