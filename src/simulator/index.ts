// The simulator's entry: the engine's API at the root, the control API under /_control, and a word about itself at /.
import { Hono } from "hono";
import { controlRoutes } from "./control-routes.ts";
import { engineRoutes } from "./engine-routes.ts";
import type { SimulatorEnv } from "./env.ts";
import { pushKeyRoutes } from "./push-routes.ts";

export { SimulatorState } from "./state.ts";

const app = new Hono<{ Bindings: SimulatorEnv }>();

app.get("/", (c) =>
  c.json({
    name: "Hookspan engine simulator",
    description: "Behaves like the API of TransactionLink Workflows. See src/simulator/README.md.",
    engine: ["POST /workflows", "GET /workflows/{id}", "POST /workflows/{id}/cancel", "GET /workflows/{id}/result"],
    control: c.env.SIMULATOR_CONTROL === "true" ? "/_control" : null,
  }),
);
app.route("/_control", controlRoutes);
app.route("/auth/webhooks/key", pushKeyRoutes);
app.route("/", engineRoutes);

export default app;
