// A Worker in plain `workerd serve` that can be killed: `wrangler dev` takes two seconds of a core to come back and puts a proxy in
// front, which hides what a killed worker looks like. It calls this machine only.
import type { Site } from "../workerd/capnp.ts";
import { writeSite } from "../workerd/site.ts";
import { Killable } from "./killable.ts";

export interface WorkerdOptions extends Pick<Site, "name" | "directory" | "port" | "variables"> {
  /** The deployment's own configuration, relative to the project: entry, Durable Objects, compatibility. */
  readonly wranglerConfig: string;
  readonly cronPort?: number;
  /** Answers as soon as the worker is up. */
  readonly readyPath: string;
  /** Variables that each life finds anew, by name. */
  environment?(): Promise<Record<string, string>>;
  /** The names of these. */
  readonly environmentNames?: readonly string[];
  onOutput?(text: string): void;
}

export async function prepareWorkerd(options: WorkerdOptions): Promise<Killable> {
  const { wranglerConfig, cronPort, readyPath, environment, environmentNames = [], onOutput, ...site } = options;
  const host = "127.0.0.1";
  const command = await writeSite(
    {
      ...site,
      host,
      ...(cronPort !== undefined && { ticker: `${host}:${cronPort}` }),
      fromEnvironment: environmentNames,
      networks: ["local"],
    },
    { wranglerConfig },
  );
  return new Killable({
    name: site.name,
    command,
    readyUrl: `http://${host}:${site.port}${readyPath}`,
    ...(onOutput && { onOutput }),
    ...(environment && { environment }),
  });
}
