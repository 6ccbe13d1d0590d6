// What is wrong on this machine: the configuration file, and the values of its secrets for local use. Shows no value.
import { existsSync } from "node:fs";
import { nearest } from "../src/core/did-you-mean.ts";
import { Stop } from "./bridge.ts";
import { check } from "./check.ts";
import type { Finding } from "./doctor.ts";
import { isOpenToOthers } from "./owner-only.ts";
import { knownValues } from "./secrets.ts";
import { VALUES, valuesInFile } from "./values-file.ts";

/** What a bridge takes beside what its configuration names. */
const OWN_NAMES = ["ADMIN_TOKEN", "SOURCE_SECRETS_KEY"];

/** What Node is needed for beyond this: wrangler. */
const WRANGLER_NODE = 22;

export function examineHere(config: string): Finding[] {
  const node = nodeOf(process.versions.node);
  if (!existsSync(config)) {
    return [node, { well: true, what: `there is no ${config} here, so only the running bridge is looked at` }];
  }
  try {
    const { secrets } = check(config);
    return [node, { well: true, what: `${config} is right` }, ...secretsHere(secrets)];
  } catch (thrown) {
    if (!(thrown instanceof Stop)) throw thrown;
    const [what = "", ...faults] = thrown.message.split("\n");
    return [node, { well: false, what, advice: faults.map((fault) => fault.trim()).join("; ") || "Mend the file." }];
  }
}

function nodeOf(version: string): Finding {
  const well = Number(version.split(".")[0]) >= WRANGLER_NODE;
  return {
    well,
    what: `Node ${version}`,
    advice: "Deploying and npm run dev need Node 22 or newer; npm ci brings one.",
  };
}

function secretsHere(wanted: readonly string[]): Finding[] {
  if (!existsSync(VALUES)) {
    return [{ well: true, what: `there is no ${VALUES}: npm run dev makes up every secret` }];
  }
  const set = valuesInFile();
  const known = knownValues();
  const missing = wanted.filter((name) => (known[name] ?? "") === "");
  const strange = Object.keys(set).filter((name) => !wanted.includes(name) && !OWN_NAMES.includes(name));
  return [
    ...(isOpenToOthers(VALUES)
      ? [{ well: false, what: `${VALUES} can be read by others than its owner`, advice: `chmod 600 ${VALUES}` }]
      : []),
    ...missing.map((name): Finding => {
      const meant = nearest(name, strange);
      const advice = `Add it, or npm run dev makes one up; a deployed bridge gets it by npx wrangler secret put ${name}.`;
      return {
        well: false,
        what: `the configuration names ${name}, which is not in ${VALUES}`,
        advice: meant === undefined ? advice : `${meant} is there, which nothing names: rename it.`,
      };
    }),
    ...(missing.length === 0 ? [{ well: true, what: `${VALUES} has every secret that the configuration names` }] : []),
  ];
}
