// What init writes is a configuration that is accepted, for every sender and every engine that it asks for; and send can send it what it takes.
import { describe, expect, it } from "vitest";
import { make } from "../../cli/init-document.ts";
import { ENGINES, NAMES, QUESTIONS, type Told } from "../../cli/init-questions.ts";
import { sample, unmakeable } from "../../cli/sending/sample.ts";
import { readSetup } from "../../src/bridge/setup.ts";
import { PRESET_NAMES } from "../../src/core/source.ts";

/** What is usual after these answers. */
function usual(given: Partial<Told>): Told {
  const told = { ...given } as Told;
  for (const name of NAMES) told[name] = given[name] ?? QUESTIONS[name].usual(told);
  return told;
}

function faults(told: Told): unknown {
  const { document, values } = make(told);
  const setup = readSetup(document, { development: false, hasSecret: (name) => (values[name] ?? "") !== "" });
  return setup.ok ? [] : setup.error.faults;
}

describe("what init takes for usual", () => {
  it.each(PRESET_NAMES)("makes a configuration with every secret that it names, for %s", (sender) => {
    const told = usual({ sender });
    expect(faults(told)).toEqual([]);
    for (const name of NAMES) {
      const question = QUESTIONS[name];
      if (question.when?.(told) ?? true)
        expect([name, question.fault?.(told[name], told) ?? null]).toEqual([name, null]);
    }
    const type = told.on.replace("*", "happened");
    if (unmakeable(sender) === null) expect(sample(sender, type, {}, 0)).toBeTypeOf("object");
  });

  it.each(Object.keys(ENGINES))("makes a configuration for %s", (engine) => {
    expect(faults(usual({ engine }))).toEqual([]);
  });

  it("asks for an address only where the sender signs it", () => {
    const asked = PRESET_NAMES.filter((sender) => QUESTIONS.publicUrl.when?.(usual({ sender })));
    expect(asked).toEqual(expect.arrayContaining(["twilio", "square", "hubspot", "trello", "mandrill"]));
    expect(asked).not.toContain("stripe");
  });
});
