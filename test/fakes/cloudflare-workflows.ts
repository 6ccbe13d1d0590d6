// Cloudflare Workflows' REST API as its documentation has it (developers.cloudflare.com/api/resources/workflows): instances
// with ids that are unique within their workflow, and every answer wrapped in success, errors, messages, result.
import { type SeenCall, type StandIn, standIn } from "./stand-in.ts";

interface Instance {
  status: string;
  output: unknown;
  error: { name: string; message: string } | null;
  readonly params: unknown;
}

export interface CloudflareWorkflows extends StandIn {
  /** By workflow and instance id. */
  readonly workflows: Map<string, Map<string, Instance>>;
  /** The only instance of a workflow. */
  only(workflow: string): Instance & { readonly id: string };
}

export function wrapped(status: number, code: number, message: string): Response {
  const body = { success: false, errors: [{ code, message }], messages: [], result: null };
  return Response.json(body, { status });
}

/** @param existsStatus the HTTP status under which an id that is taken is refused: the documentation names none */
export function cloudflareWorkflows(account: string, token: string, existsStatus = 409): CloudflareWorkflows {
  const workflows = new Map<string, Map<string, Instance>>([["fulfil-order", new Map()]]);
  const good = (result: object): Response => Response.json({ success: true, errors: [], messages: [], result });

  function create(instances: Map<string, Instance>, body: unknown): Response {
    const { instance_id: id = crypto.randomUUID(), params = {} } = body as { instance_id?: string; params?: unknown };
    if (!/^[a-zA-Z0-9_][a-zA-Z0-9-_]{0,99}$/.test(id))
      return wrapped(400, 10401, "workflows.api.error.instance.invalid_id");
    if (instances.has(id)) return wrapped(existsStatus, 10405, "workflows.api.error.instance.already_exists");
    instances.set(id, { status: "queued", output: null, error: null, params });
    return good({ id, status: "queued", version_id: crypto.randomUUID(), workflow_id: crypto.randomUUID() });
  }

  function answer({ method, path, headers, body }: SeenCall): Response {
    if (headers.authorization !== `Bearer ${token}`) return wrapped(403, 10000, "Authentication error");
    const match = /^\/workflows\/([^/]+)\/instances(?:\/([^/?]+))?(\/status)?(?:\?simple=true)?$/.exec(path);
    if (!match) return wrapped(404, 7003, "Could not route to the requested path");
    const [, workflow = "", id, isStatus] = match;
    const instances = workflows.get(workflow);
    if (!instances) return wrapped(404, 10200, "workflows.api.error.workflow.not_found");
    if (id === undefined) return method === "POST" ? create(instances, body) : wrapped(405, 7001, "method not allowed");
    const instance = instances.get(id);
    if (!instance) return wrapped(404, 10400, "workflows.api.error.instance.not_found");
    if (!isStatus) {
      const { status, output, error, params } = instance;
      // "When true, omits step details and returns only metadata with step_count": whether the output is metadata, nobody says.
      if (path.endsWith("?simple=true")) return good({ status, step_count: 0 });
      return good({
        status,
        output,
        error,
        params,
        queued: "2026-11-23T12:00:00Z",
        start: null,
        end: null,
        step_count: 0,
      });
    }
    const { status } = body as { status: string };
    if (method !== "PATCH" || status !== "terminate") return wrapped(400, 10402, "invalid action");
    instance.status = "terminated";
    return good({ status: "terminated", timestamp: "2026-11-23T12:00:00Z" });
  }

  return {
    ...standIn(`https://api.cloudflare.com/client/v4/accounts/${account}`, answer),
    workflows,
    only(workflow) {
      const [entry, ...others] = workflows.get(workflow) ?? [];
      if (!entry || others.length > 0) throw new Error(`${others.length + (entry ? 1 : 0)} instances`);
      return Object.assign(entry[1], { id: entry[0] });
    },
  };
}
