// The ledger in memory keeps the same contract as the real one.
import { describe } from "vitest";
import { ledgerContract } from "../../contract/ledger-contract.ts";
import { createMemoryLedger } from "../../fakes/memory-ledger.ts";

const RETENTION_MS = 30 * 86_400_000;

describe("the ledger in memory", () => {
  ledgerContract({ open: () => createMemoryLedger({ retentionMs: RETENTION_MS }), retentionMs: RETENTION_MS });
});
