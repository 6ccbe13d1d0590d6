// The simulator's memory: one Durable Object with SQLite that answers one request in one synchronous call. No network, no
// waiting, no clock: the Worker says what time it is, waits and cuts connections.
import { DurableObject } from "cloudflare:workers";
import type { Moment } from "./ambient.ts";
import { DEFAULT_SETTINGS, type Definition, type Finish, type Settings, type SettingsPatch } from "./behaviour.ts";
import { answerRequest } from "./engine.ts";
import type { SimulatorEnv } from "./env.ts";
import { type Standing, standingAt, viewOf } from "./execution.ts";
import { SqlExecutionStore } from "./execution-store.ts";
import { applyFault, type FaultRule, pickRule } from "./fault.ts";
import type { Page, PageRequest } from "./page.ts";
import type { PushKey } from "./push.ts";
import { type LoggedRequest, RequestLog } from "./request-log.ts";
import { clearTables, migrate } from "./tables.ts";
import type { Answer, ApiRequest } from "./wire.ts";

/** A rule in force. */
export type ActiveRule = FaultRule & { readonly id: number; readonly remaining: number | null };

/** Executions as JSON text, because a type for any JSON does not survive the types of RPC. */
export interface ExecutionList {
  readonly total: number;
  readonly json: string[];
  readonly next: number | null;
}

export class SimulatorState extends DurableObject<SimulatorEnv> {
  private readonly executions: SqlExecutionStore;
  private readonly log: RequestLog;

  constructor(ctx: DurableObjectState, env: SimulatorEnv) {
    super(ctx, env);
    migrate(ctx.storage);
    this.executions = new SqlExecutionStore(ctx.storage.sql);
    this.log = new RequestLog(ctx.storage.sql);
  }

  /** Answers one request to the engine's API: fault, work and log entry are one transaction. */
  handle(request: ApiRequest, moment: Moment): Answer {
    return this.ctx.storage.transactionSync(() => {
      const settings = this.settings();
      const now = moment.now + settings.clockOffsetMs;
      const rule = this.takeRule(request, moment.roll);
      const answer = applyFault(rule, (stuck) =>
        answerRequest(request, { now, newId: moment.id, stuck, settings }, this.executions),
      );
      this.log.append(now, request, answer, rule?.fault ?? null, settings.requestLogLimit);
      return answer;
    });
  }

  requests(request: PageRequest): Page<LoggedRequest> {
    return this.log.list(request);
  }

  /** What was started, as it stands at a time. */
  list(request: PageRequest, moment: Moment): ExecutionList {
    const now = moment.now + this.settings().clockOffsetMs;
    const { items, next } = this.executions.listExecutions(request);
    const json = items.map(({ seq, execution }) => {
      const { endedAt } = standingAt(execution, now);
      return JSON.stringify({ seq, ...viewOf(execution, now), startedAt: execution.startedAt, endedAt });
    });
    return { total: this.executions.countExecutions(), json, next };
  }

  /** Ends a running execution; what it stands at otherwise, or null if it does not exist. */
  finish(id: string, finishJson: string, moment: Moment): { ended: boolean; standing: Standing } | null {
    const execution = this.executions.execution(id);
    if (execution === undefined) {
      return null;
    }
    const now = moment.now + this.settings().clockOffsetMs;
    const standing = standingAt(execution, now);
    if (standing.status !== "RUNNING") {
      return { ended: false, standing };
    }
    const finish: Finish = JSON.parse(finishJson);
    const status = finish.status ?? execution.finalStatus;
    const end = {
      at: now,
      status,
      result: finish.result ?? execution.result,
      resultDelayMs: finish.resultDelayMs ?? 0,
    };
    this.executions.endExecution(id, end);
    return { ended: true, standing: { status, endedAt: now } };
  }

  /** An execution as the engine shows it, as JSON; null where it does not exist. */
  view(id: string, moment: Moment): string | null {
    const execution = this.executions.execution(id);
    return execution === undefined
      ? null
      : JSON.stringify(viewOf(execution, moment.now + this.settings().clockOffsetMs));
  }

  pushKey(): PushKey | null {
    const [row] = this.ctx.storage.sql.exec<{ push_key: string }>("SELECT push_key FROM push_key").toArray();
    return row === undefined ? null : JSON.parse(row.push_key);
  }

  /** @returns the key that is kept, which may be one that came before */
  keepPushKey(key: PushKey): PushKey {
    this.ctx.storage.sql.exec("INSERT OR IGNORE INTO push_key (id, push_key) VALUES (1, ?)", JSON.stringify(key));
    return this.pushKey() ?? key;
  }

  definitionsJson(): string {
    return JSON.stringify(this.executions.definitions());
  }

  putDefinition(id: string, definitionJson: string): void {
    const definition: Definition = JSON.parse(definitionJson);
    this.executions.putDefinition(id, definition);
  }

  rules(): ActiveRule[] {
    return this.ctx.storage.sql
      .exec<{ seq: number; rule: string; remaining: number | null }>("SELECT * FROM faults ORDER BY seq")
      .toArray()
      .map((row) => ({ ...JSON.parse(row.rule), id: row.seq, remaining: row.remaining }));
  }

  addRules(rules: FaultRule[]): ActiveRule[] {
    for (const rule of rules) {
      const text = JSON.stringify(rule);
      this.ctx.storage.sql.exec("INSERT INTO faults (rule, remaining) VALUES (?, ?)", text, rule.times ?? null);
    }
    return this.rules();
  }

  clearRules(): void {
    this.ctx.storage.sql.exec("DELETE FROM faults");
  }

  settings(): Settings {
    const [row] = this.ctx.storage.sql.exec<{ settings: string }>("SELECT settings FROM settings").toArray();
    const stored: Partial<Settings> = row === undefined ? {} : JSON.parse(row.settings);
    return { ...DEFAULT_SETTINGS, token: this.env.SIMULATOR_TOKEN ?? null, ...stored };
  }

  /** Changes the settings that are named and leaves the others. */
  changeSettings(change: SettingsPatch): Settings {
    const [row] = this.ctx.storage.sql.exec<{ settings: string }>("SELECT settings FROM settings").toArray();
    const text = JSON.stringify({ ...(row === undefined ? {} : JSON.parse(row.settings)), ...change });
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO settings (id, settings) VALUES (1, ?)", text);
    return this.settings();
  }

  /** Forgets everything: executions, requests, faults, definitions, settings and the clock's offset. */
  reset(): void {
    clearTables(this.ctx.storage);
  }

  private takeRule(request: ApiRequest, roll: number): ActiveRule | undefined {
    const rule = pickRule(this.rules(), request.operation, roll);
    if (rule !== undefined && rule.remaining !== null) {
      this.ctx.storage.sql.exec("UPDATE faults SET remaining = remaining - 1 WHERE seq = ?", rule.id);
      this.ctx.storage.sql.exec("DELETE FROM faults WHERE seq = ? AND remaining <= 0", rule.id);
    }
    return rule;
  }
}
