// How a configuration describes the API of an engine: the requests, where an answer holds what, what a refusal means. Pure
// data, and the rules that hold between its parts. A preset (`engine/presets.ts`) is a description of the same kind.
import * as z from "zod";
import { HeaderName, HeaderValue } from "./header.ts";
import type { Json } from "./json.ts";
import { SecretName } from "./secret-name.ts";

/** What a request may be made of. In a path or a header {name} stands for text; in a body "{name}" is the value itself. */
export const PLACEHOLDERS = {
  start: ["workflowDefinitionId", "locale", "parameters", "expiresAt", "recordId", "startId"],
  get: ["workflowDefinitionId", "runId"],
  cancel: ["workflowDefinitionId", "runId"],
  result: ["workflowDefinitionId", "runId"],
} as const;

export type OperationName = keyof typeof PLACEHOLDERS;
export const OPERATION_NAMES = Object.keys(PLACEHOLDERS) as OperationName[];

export const BodyPath = z
  .string()
  .max(200)
  .regex(/^\$(?:\.[^.[\]]+|\[\d{1,4}\])*$/, "must be a path such as $.id");

const Paths = z.array(BodyPath).min(1).max(8);

export const Authorization = z.union([
  z.literal("transactionlink").describe("TransactionLink's own: tot_… as it is, anything else behind Bearer."),
  z.strictObject({
    header: HeaderName.default("authorization").describe("The header that holds the token, in lower case."),
    prefix: HeaderValue.optional().describe('What stands before the token, such as "Bearer ".'),
  }),
]);
export type Authorization = z.infer<typeof Authorization>;

/** What a refused call means to the bridge. The reasons of `bridge/engine-port.ts`, and two that they do not have. */
export const FailureMeaning = z.enum([
  "exists",
  "missing",
  "rejected",
  "unauthorized",
  "throttled",
  "unavailable",
  "uncertain",
]);
export type FailureMeaning = z.infer<typeof FailureMeaning>;

const MEANINGS =
  "exists: a run of this {startId} was started before, which is a start. missing: there is no such run, or no result yet. " +
  "rejected: never. unauthorized, throttled, unavailable: not now, without effect. uncertain: nobody knows.";

export const OnStatus = z
  .record(z.string().regex(/^[3-5]\d\d$/, "expected an HTTP status from 300 to 599"), FailureMeaning)
  .default({})
  .describe(`What an HTTP status means where it is not what it usually means. ${MEANINGS}`);

export const OnCode = z
  .record(z.string().min(1).max(100), FailureMeaning)
  .default({})
  .describe(
    "The same by the engine's own error code (answers.code), under whatever HTTP status. Goes before onStatus.",
  );

export const Operation = z
  .strictObject({
    method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).optional().describe("HTTP method."),
    path: z
      .string()
      .startsWith("/")
      .max(1_000)
      .optional()
      .describe(
        "Path after the base URL. {runId}, {workflowDefinitionId} and, for start, {recordId}, {startId}, {locale} stand for values.",
      ),
    headers: z
      .record(HeaderName, HeaderValue)
      .optional()
      .describe('Further headers, such as {"idempotency-key": "{startId}"}.'),
    body: z
      .json()
      .optional()
      .describe('The JSON body. The text "{parameters}" becomes the parameters themselves, and so on.'),
    token: SecretName.optional().describe("Name of the Worker secret for this operation, in place of the engine's."),
    authorization: Authorization.optional().describe("How this operation sends the token."),
    onStatus: OnStatus.optional(),
    onCode: OnCode.optional(),
  })
  .describe("One operation of the engine's API; what is left out comes from the preset.");

export const Operations = z
  .strictObject({
    start: Operation.optional(),
    get: Operation.optional(),
    cancel: Operation.optional(),
    result: Operation.optional(),
  })
  .default({})
  .describe("Requests that differ from the preset's.");

export const Answers = z
  .strictObject({
    runId: Paths.optional().describe(
      "Where an answer holds the run's id: text or a whole number. The first that is there.",
    ),
    status: BodyPath.optional().describe("Where it holds the run's status."),
    expiresAt: BodyPath.optional().describe("Where it holds the time at which the engine gives the run up."),
    result: Paths.optional().describe(
      "Where the answer to 'result' holds the result. The first that is there and not null.",
    ),
    message: BodyPath.optional().describe("Where a refusal holds its words."),
    code: BodyPath.optional().describe("Where a refusal holds the engine's own error code."),
  })
  .describe("Where the engine's answers hold what; what is left out comes from the preset.");

type Described = Readonly<Partial<Record<OperationName, z.infer<typeof Operation> | undefined>>>;

interface DescribedApi {
  readonly preset: string;
  readonly baseUrl?: string | undefined;
  readonly credentials?: object | undefined;
  readonly push: { readonly enabled: boolean };
  readonly operations: Described;
  readonly onStatus: Readonly<Record<string, FailureMeaning>>;
  readonly onCode: Readonly<Record<string, FailureMeaning>>;
  readonly answers: z.infer<typeof Answers>;
}

interface ApiFault {
  readonly path: readonly string[];
  readonly message: string;
}

/** What must hold between the parts of a description. */
export function apiFaults(config: DescribedApi): ApiFault[] {
  return [...completenessFaults(config), ...OPERATION_NAMES.flatMap((name) => operationFaults(config, name))];
}

/** Presets whose vendor has no one address. */
const NEEDS_BASE_URL = ["n8n", "cloudflare-workflows", "custom"];

function completenessFaults({ preset, baseUrl, credentials, push, operations, answers }: DescribedApi): ApiFault[] {
  if (preset === "transactionlink") return [];
  const own = `the preset ${preset}`;
  const faults: ApiFault[] = [];
  if (baseUrl === undefined && NEEDS_BASE_URL.includes(preset))
    faults.push({ path: ["baseUrl"], message: `${own} needs a base URL` });
  if (credentials)
    faults.push({
      path: ["credentials"],
      message: `${own} takes a 'token'; only transactionlink exchanges credentials`,
    });
  if (push.enabled)
    faults.push({
      path: ["push"],
      message: `${own} has no pushes: only transactionlink's are proven in a way that is known here`,
    });
  if (preset === "n8n" && operations.start?.token === undefined) {
    const message = "n8n needs a token of its own for 'start': the workflow's webhook must not be sent the API key";
    faults.push({ path: ["operations", "start", "token"], message });
  }
  if (preset !== "custom") return faults;
  for (const name of ["start", "get"] as const) {
    if (!operations[name]?.path)
      faults.push({ path: ["operations", name], message: `${own} needs the path of '${name}'` });
  }
  if (!answers.runId)
    faults.push({ path: ["answers"], message: `${own} needs 'runId': where the answer to a start holds it` });
  if (!answers.status)
    faults.push({ path: ["answers"], message: `${own} needs 'status': where the answer to get holds it` });
  return faults;
}

function operationFaults({ preset, operations, onStatus, onCode }: DescribedApi, name: OperationName): ApiFault[] {
  const operation = operations[name];
  if (!operation) return [];
  const { path = "", headers = {}, body } = operation;
  const known: readonly string[] = PLACEHOLDERS[name];
  const used = [path, ...Object.values(headers), ...textsOf(body)].flatMap(placeholdersIn);
  const faults = [...new Set(used)]
    .filter((placeholder) => !known.includes(placeholder))
    .map((placeholder) => ({
      path: ["operations", name],
      message: `knows no {${placeholder}}: there ${known.length === 1 ? "is" : "are"} ${known.map((each) => `{${each}}`).join(", ")}`,
    }));
  const meanings = [onStatus, onCode, operation.onStatus, operation.onCode].flatMap((table) =>
    Object.values(table ?? {}),
  );
  const isNamed = name !== "start" || preset === "cloudflare-workflows" || used.includes("startId");
  if (meanings.includes("exists") && !isNamed) {
    faults.push({ path: ["operations", name], message: "'exists' is a start only where the request says {startId}" });
  }
  return faults;
}

/** What a text may mean by {…}: only names, so that JSON in a header stays what it is. */
export function placeholdersIn(text: string): string[] {
  return Array.from(text.matchAll(/\{([a-zA-Z]+)\}/g), ([, name = ""]) => name);
}

/** Every text of a template that is a placeholder as a whole. */
function textsOf(template: Json | undefined): string[] {
  if (typeof template === "string") return /^\{[a-zA-Z]+\}$/.test(template) ? [template] : [];
  if (typeof template !== "object" || template === null) return [];
  return Object.values(template).flatMap(textsOf);
}
