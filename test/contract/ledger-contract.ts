// What every ledger keeps to, the real one and the one in memory: the same sentences run against both, so that what is
// proven with the fake holds for the Durable Object.
import { describe } from "vitest";
import { admitContract } from "./ledger/admit.ts";
import { cancelContract } from "./ledger/cancel.ts";
import { claimContract } from "./ledger/claim.ts";
import { countsContract } from "./ledger/counts.ts";
import type { LedgerUnderTest } from "./ledger/executions.ts";
import { listContract } from "./ledger/list.ts";
import { marksContract } from "./ledger/marks.ts";
import { payloadContract } from "./ledger/payloads.ts";
import { policiesContract } from "./ledger/policies.ts";
import { pollContract } from "./ledger/poll.ts";
import { purgeContract } from "./ledger/purge.ts";
import { replaysContract } from "./ledger/replays.ts";
import { runsContract } from "./ledger/runs.ts";
import { saveContract } from "./ledger/save.ts";
import { sizeContract } from "./ledger/size.ts";

export function ledgerContract(ledger: LedgerUnderTest): void {
  describe("admit", () => admitContract(ledger));
  describe("admit of a key that is known", () => policiesContract(ledger));
  describe("replays", () => replaysContract(ledger));
  describe("cancel", () => cancelContract(ledger));
  describe("claim", () => claimContract(ledger));
  describe("claim of running executions", () => pollContract(ledger));
  describe("running executions", () => runsContract(ledger));
  describe("save", () => saveContract(ledger));
  describe("counts", () => countsContract(ledger));
  describe("list", () => listContract(ledger));
  describe("purge", () => purgeContract(ledger));
  describe("marks", () => marksContract(ledger));
  describe("payloads that are not kept", () => payloadContract(ledger));
  describe("large values", () => sizeContract(ledger));
}
