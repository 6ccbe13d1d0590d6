// The shape of a preset: everything about one sender, as data. Types only.
import type { Answers, BodyConfig, BodyKind, EventSelectors, Handshake, VerificationInput } from "../../core/source.ts";

export interface Preset {
  readonly title: string;
  /** What the operator should know: which secret it is, and what the scheme does not protect. */
  readonly description: string;
  /** The sender's own page about its scheme. */
  readonly docs: string;
  /** Fields that have a default may be left out. */
  readonly verify: VerificationInput;
  readonly accept: readonly BodyKind[];
  /** How a body is read when the content type is missing or wrong. */
  readonly assume?: BodyConfig["assume"];
  /** The form field that holds the event. */
  readonly payload?: BodyConfig["payload"];
  /** Where the list of events stands, such as $.events. */
  readonly split?: string;
  /** Places in the body that nobody may see, such as $.token. */
  readonly redact?: readonly string[];
  readonly event: EventSelectors;
  /** What the sender asks before its first event, and what it is answered. */
  readonly handshake?: readonly Handshake[];
  /** Where the sender wants another answer than 202 with a receipt and 401 with a problem. */
  readonly answer?: Answers;
  /** How long the sender waits, when it tries again, and what makes it stop: short, for the operator. */
  readonly retries?: string;
}
