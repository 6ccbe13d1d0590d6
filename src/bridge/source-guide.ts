// What someone reads who sets a sender up: the words of its preset. Pure.
import { PRESETS } from "../sources/presets.ts";
import type { Source } from "./ports.ts";

export interface SourceGuide {
  readonly title: string;
  readonly description: string;
  /** The sender's own page. */
  readonly docs: string;
}

/** @returns null where the source was spelled out: whoever wrote it needs no guide */
export function guideOf({ preset }: Source): SourceGuide | null {
  if (preset === null) return null;
  const { title, description, docs } = PRESETS[preset];
  return { title, description, docs };
}
