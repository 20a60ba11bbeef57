import type { Component } from "@/api/types";
import { terminationText } from "@/lib/terminations";

import { addCondition, groupCondition, removeCondition, setConditionConfig, setJoiner } from "./terminations";

const text = (value: string): Component => ({ provider: "autogen_agentchat.conditions.TextMentionTermination", component_type: "termination", config: { text: value } });
const count = (value: number): Component => ({ provider: "autogen_agentchat.conditions.MaxMessageTermination", component_type: "termination", config: { max_messages: value } });

describe("a termination tree", () => {
  it("grows from nothing to one condition to an OR of many", () => {
    const one = addCondition(null, [], text("DONE"));
    const two = addCondition(one, [], count(10));
    const three = addCondition(two, [], text("STOP"));
    expect([one, two, three].map((tree) => terminationText(tree))).toEqual([
      "text DONE",
      "text DONE or 10 messages",
      "text DONE or 10 messages or text STOP",
    ]);
  });

  it("nests: an AND inside an OR", () => {
    const tree = groupCondition(addCondition(text("A"), [], text("B")), [1], "and", count(3));
    expect(terminationText(tree)).toBe("text A or (text B and 3 messages)");
    expect(terminationText(setJoiner(tree, [], "and"))).toBe("text A and (text B and 3 messages)");
    expect(terminationText(setConditionConfig(tree, [1, 1], { max_messages: 1 }))).toBe("text A or (text B and 1 message)");
  });

  it("collapses a group that is left with one condition, and ends as nothing", () => {
    const tree = groupCondition(addCondition(text("A"), [], text("B")), [1], "and", count(3));
    const collapsed = removeCondition(tree, [1, 0]);
    expect(collapsed && terminationText(collapsed)).toBe("text A or 3 messages");
    const single = collapsed && removeCondition(collapsed, [0]);
    expect(single && terminationText(single)).toBe("3 messages");
    expect(single && removeCondition(single, [])).toBeNull();
  });
});
