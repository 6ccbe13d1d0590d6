// What is wrong with an expression, told so that it can be found and mended. Pure: no I/O. Holds no payload: the
// values that JSONata quotes are taken out of its messages.

/** A fault in an expression: where the value stands that holds it is added by whoever knows. */
export interface ExpressionFault {
  /** Steps into the value that was compiled; none where the expression is all of it. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** How many characters of the text, as it stands in the configuration, end at the fault; where JSONata tells it. */
  readonly position?: number;
  /** The words of the expression that end there. */
  readonly near?: string;
}

/** A fault is kept, told and shown: it says what is wrong in a sentence. */
const MAX_MESSAGE_CHARS = 300;
/** As many characters before the fault as let an author recognise the place. */
const NEAR_CHARS = 24;

/** What JSONata, the engine or our own bounds throw; JSONata adds the position on the way out. */
interface Thrown {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly position?: unknown;
  readonly value?: unknown;
  readonly value2?: unknown;
}

/** Thrown inside an evaluation, where only an exception gets out of JSONata: an expected failure with its sentence. */
export class ExpressionError extends Error {
  /** JSONata sets it where it knows better. */
  position: number | undefined;

  constructor(message: string, position?: number) {
    super(message);
    this.position = position;
  }
}

/**
 * The fault for what was thrown, with its place in the text of the configuration.
 *
 * @param offset how many characters stand in `text` before the expression itself, such as those of its {%
 */
export function faultOf(thrown: unknown, text: string, offset: number): ExpressionFault {
  const { position } = (thrown ?? {}) as Thrown;
  return faultAt(messageOf(thrown), text, typeof position === "number" ? position + offset : undefined);
}

/** The same where an event was at hand: JSONata quotes the values that it could not work with, which belong into no reason. */
export function faultWithoutValues(thrown: unknown, text: string, offset: number): ExpressionFault {
  const fault = faultOf(thrown, text, offset);
  if (thrown instanceof Error) return fault;
  const { message, value, value2 } = (thrown ?? {}) as Thrown;
  if (typeof message !== "string") return fault;
  const clean = [value, value2]
    .filter((each) => typeof each === "string" || (typeof each === "object" && each !== null))
    .reduce<string>((told, each) => told.replaceAll(JSON.stringify(each), "(a value)"), message);
  return { ...fault, message: shortened(clean) };
}

export function faultAt(message: string, text: string, position?: number): ExpressionFault {
  const fault = { path: [], message: shortened(message) };
  if (position === undefined) return fault;
  const near = text
    .slice(Math.max(0, position - NEAR_CHARS), position)
    .replace(/^\s*\{%/, "")
    .trim();
  return { ...fault, position, ...(near === "" ? {} : { near }) };
}

/** The fault in one sentence: `Unknown operator: "~" (at character 13, near "data.status ~")`. */
export function describeFault({ message, position, near }: ExpressionFault): string {
  if (position === undefined) return message;
  return `${message} (at character ${position}${near === undefined ? "" : `, near ${JSON.stringify(near)}`})`;
}

function messageOf(thrown: unknown): string {
  const { message, code } = (thrown ?? {}) as Thrown;
  if (thrown instanceof ExpressionError) return thrown.message;
  if (thrown instanceof RangeError && thrown.message.includes("call stack"))
    return "is nested too deeply, or handles too much at once";
  // JSONata's own failures have a code. Anything else is one of its functions met by a value that it does not expect.
  if (thrown instanceof Error && code === undefined) return `could not be evaluated (${thrown.message})`;
  return typeof message === "string" ? message : "could not be evaluated";
}

function shortened(text: string): string {
  return text.length <= MAX_MESSAGE_CHARS ? text : `${text.slice(0, MAX_MESSAGE_CHARS)}…`;
}
