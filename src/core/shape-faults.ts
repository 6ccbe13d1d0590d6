// What zod finds wrong with a document, in the words and at the places in which people look for it: every unknown key by
// itself, the alternative that was meant instead of all of them, and near misses with what was probably meant. Pure.
import * as z from "zod";
import { didYouMean } from "./did-you-mean.ts";

/** One fault of the shape, with the steps to its place from the document's root. */
export interface ShapeFault {
  readonly keys: readonly PropertyKey[];
  readonly message: string;
}

/** Given to a parse, it holds for every object and every enumeration of the schema, whoever has written them. */
export const explain: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === "unrecognized_keys") {
    const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
    // One line for each key: there is one issue for all keys of an object, and `shapeFaults` makes them single.
    return issue.keys.map((key) => `unknown key${didYouMean(key, known)}`).join("\n");
  }
  if (issue.code === "invalid_value") return nearMiss(issue.input, issue.values);
  if (issue.code === "invalid_union" && issue.discriminator !== undefined && "options" in issue) {
    const written = (issue.input as Record<string, unknown>)[issue.discriminator];
    const options = issue.options as readonly unknown[];
    return nearMiss(written, options) ?? `expected one of ${options.map((option) => `"${String(option)}"`).join(", ")}`;
  }
  return undefined;
};

/** What was written is repeated only where it is nearly right: it might be a secret in the wrong place. */
function nearMiss(written: unknown, options: readonly unknown[]): string | undefined {
  if (typeof written !== "string") return undefined;
  const meant = didYouMean(written, options.map(String));
  return meant === "" ? undefined : `"${written}" is unknown${meant}`;
}

/** @param issues of a parse that was given `explain` */
export function shapeFaults(
  issues: readonly z.core.$ZodIssue[],
  prefix: readonly PropertyKey[] = [],
): readonly ShapeFault[] {
  return issues.flatMap((issue): readonly ShapeFault[] => {
    const keys = [...prefix, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      const messages = issue.message.split("\n");
      return issue.keys.map((key, index) => ({ keys: [...keys, key], message: messages[index] ?? "unknown key" }));
    }
    if (issue.code === "invalid_key") {
      return [{ keys, message: issue.issues.map(({ message }) => message).join("; ") }];
    }
    const meant = issue.code === "invalid_union" ? alternativeMeant(issue.errors) : undefined;
    return meant ? shapeFaults(meant, keys) : [{ keys, message: issue.message }];
  });
}

/** Of several alternatives the only one whose faults are inside of the value: the others are of another kind altogether. */
function alternativeMeant(alternatives: readonly z.core.$ZodIssue[][]): readonly z.core.$ZodIssue[] | undefined {
  const [meant, ...others] = alternatives.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === "unrecognized_keys"),
  );
  return others.length === 0 ? meant : undefined;
}
