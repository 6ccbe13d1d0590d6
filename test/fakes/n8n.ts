// n8n as its documentation has it: production webhooks with header auth, answered by a Respond to Webhook node or at once, and
// the public API for executions. Which answer a webhook gives is read out of the workflow that docs/examples ships.
import workflow from "../../docs/examples/engines/n8n-workflow.json" with { type: "json" };
import { type SeenCall, type StandIn, standIn } from "./stand-in.ts";

interface N8nExecution {
  readonly id: number;
  status: string;
  /** What the last node put out. */
  output: unknown;
  readonly input: unknown;
}

export interface N8n extends StandIn {
  readonly executions: N8nExecution[];
  /** Whether the workflow is active: else its production webhook is not registered. */
  active: boolean;
  /** How the webhook node responds: "responseNode", or "onReceived" (at once, without an id). */
  responseMode: string;
}

interface Keys {
  readonly apiKey: string;
  readonly webhookToken: string;
}

function nodeOf(type: string) {
  const node = workflow.nodes.find((each) => each.type === `n8n-nodes-base.${type}`);
  if (!node) throw new Error(`the workflow has no ${type}`);
  return node;
}

export function n8n({ apiKey, webhookToken }: Keys): N8n {
  const { path, responseMode = "onReceived", authentication } = nodeOf("webhook").parameters;
  const respond = nodeOf("respondToWebhook").parameters.responseBody ?? "";
  const server: N8n = Object.assign(standIn("https://n8n.example.com", answer), {
    executions: [],
    active: true,
    responseMode,
  });

  function webhook({ headers, body }: SeenCall): Response {
    if (authentication === "headerAuth" && headers["x-hookspan-token"] !== webhookToken) {
      return new Response("Authorization data is wrong!", { status: 403 });
    }
    const execution: N8nExecution = {
      id: 1000 + server.executions.length,
      status: "running",
      output: null,
      input: body,
    };
    server.executions.push(execution);
    if (server.responseMode === "onReceived") return Response.json({ message: "Workflow was started" });
    // The expression of the node: everything after the "=", with what stands in {{ }} evaluated.
    const text = respond.replace(/^=/, "").replaceAll(/\{\{\s*\$execution\.id\s*\}\}/g, String(execution.id));
    return new Response(text, { headers: { "content-type": "application/json" } });
  }

  function api({ method, headers }: SeenCall, id: string, action: string | undefined, includeData: boolean): Response {
    if (headers["x-n8n-api-key"] !== apiKey) return Response.json({ message: "unauthorized" }, { status: 401 });
    if (!/^\d+$/.test(id)) return Response.json({ message: "invalid input syntax for type integer" }, { status: 500 });
    const execution = server.executions.find((each) => String(each.id) === id);
    if (!execution) return Response.json({ message: "Not Found" }, { status: 404 });
    const { status, output } = execution;
    if (action === "stop" && method === "POST") {
      execution.status = "canceled";
      return Response.json({
        mode: "webhook",
        startedAt: "2026-11-23T12:00:00.000Z",
        finished: false,
        status: "canceled",
      });
    }
    const runData = status === "success" ? { Result: [{ data: { main: [[{ json: output }]] } }] } : {};
    const error = status === "error" ? { error: { name: "NodeApiError", message: "no such order" } } : {};
    const data = includeData ? { data: { resultData: { runData, lastNodeExecuted: "Result", ...error } } } : {};
    return Response.json({ id, finished: status === "success", mode: "webhook", status, ...data });
  }

  function answer(call: SeenCall): Response {
    if (call.path === `/webhook/${path}` && call.method === "POST") {
      if (server.active) return webhook(call);
    }
    const match = /^\/api\/v1\/executions\/([^/?]+)(?:\/(stop))?(\?includeData=true)?$/.exec(call.path);
    if (match) return api(call, match[1] ?? "", match[2], match[3] !== undefined);
    const message = `The requested webhook "${call.method} ${call.path}" is not registered.`;
    return Response.json({ code: 404, message }, { status: 404 });
  }

  return server;
}
