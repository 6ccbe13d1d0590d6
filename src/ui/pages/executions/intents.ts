// What may be done once more, each said in one line. Pure.
import { INTENTS, type Intent } from "../../../core/replay.ts";

export const EXPLAINED: Readonly<Record<Intent, string>> = {
  restart: "The recorded start request is sent again, as a new execution.",
  "re-evaluate": "The event is decided anew by the rules of today, and what they start is started.",
  refetch: "The engine is asked for the result again; it replaces the stored one. No callback is told.",
  resend: "The end is sent again to the callbacks, under the message id that it always had.",
};

export const LABELS: Readonly<Record<Intent, string>> = {
  restart: "Restart",
  "re-evaluate": "Re-evaluate",
  refetch: "Fetch the result again",
  resend: "Send the end again",
};

/** @param text of an address or a form */
export function intentFrom(text: unknown): Intent | undefined {
  return INTENTS.find((intent) => intent === text);
}
