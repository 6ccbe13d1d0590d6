// The ledger over real Durable Objects keeps the contract.
import { describe } from "vitest";
import { ledgerContract } from "../contract/ledger-contract.ts";
import { openLedger, RETENTION_MS } from "./ledger-objects.ts";

describe("the ledger over Durable Objects", () => {
  ledgerContract({ open: () => openLedger(), retentionMs: RETENTION_MS });
});
