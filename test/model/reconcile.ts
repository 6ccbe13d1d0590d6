// At the end the books of all sides are held against each other: what senders were told, what the ledger says, what the engine
// has started, what the receivers have got.
import type { Execution } from "../../src/core/execution.ts";
import type { World } from "./world.ts";

/** @returns what must not be, in words; empty where every promise was kept */
export async function offences(world: World): Promise<string[]> {
  const { executions: listed } = await world.ledger.list({ limit: 10_000 });
  const executions = await world.ledger.getAll(listed.map(({ id }) => id));
  return [
    ...world.doubled.map((id) => `${id} was admitted twice`),
    ...[...world.accepted].filter((id) => !executions.some((each) => each.id === id)).map((id) => `${id} is lost`),
    ...executions.flatMap((execution) => offencesOf(world, execution)),
    ...strangers(world, executions),
  ];
}

function offencesOf(world: World, execution: Execution): string[] {
  const found: string[] = [];
  const offence = (text: string): void => {
    found.push(`${execution.id} (${execution.rule}, ${execution.run}): ${text}`);
  };
  if (execution.dueAt !== null) offence("is still due");
  if (execution.cancel !== null) return found;

  const order = orderOf(execution);
  const runs = world.parties.runs.filter((run) => run.order === order);
  const mayBe = 1 + execution.uncertainStarts;
  if (runs.length > mayBe) offence(`was started ${runs.length} times, with ${mayBe - 1} uncertain starts counted`);
  if (execution.onUncertainStart === "hold" && runs.length > 1) offence("was started twice under hold");
  if (execution.run === "held" && execution.uncertainStarts !== 1) offence("is held without an uncertain start");
  if (execution.run === "held") return found;
  if (execution.endedAt === null) return [...found, `${execution.id} has not ended`];
  if (["succeeded", "failed"].includes(execution.run) && runs.length === 0) offence("has ended without a run");
  if (execution.runId !== null && !runs.some(({ runId }) => runId === execution.runId)) offence("names a strange run");
  for (const { callback, state, attempts } of execution.deliveries) {
    const messages = messagesOf(world, execution.id).filter((message) => message.callback === callback);
    if (state === "due") offence(`still owes ${callback}`);
    if (state === "delivered" && !messages.some(({ taken }) => taken)) offence(`says that ${callback} has its end`);
    if (messages.length < attempts)
      offence(`counts ${attempts} attempts at ${callback}, which has seen ${messages.length}`);
    if (new Set(messages.map(({ id }) => id)).size > 1) offence(`has told ${callback} under several ids`);
  }
  return found;
}

function orderOf({ event }: Execution): string {
  return (event.data as { order: string }).order;
}

function messagesOf(world: World, execution: string) {
  return world.parties.messages.filter(({ body }) => JSON.parse(body).data.execution === execution);
}

function strangers(world: World, executions: readonly Execution[]): string[] {
  const known = new Set(executions.map(({ id }) => id));
  const orders = new Set(executions.map(orderOf));
  return [
    ...world.parties.messages
      .filter(({ body }) => !known.has(JSON.parse(body).data.execution))
      .map(({ id }) => `the message ${id} is about nothing that was accepted`),
    ...world.parties.runs.filter(({ order }) => !orders.has(order)).map(({ runId }) => `nobody has asked for ${runId}`),
  ];
}
