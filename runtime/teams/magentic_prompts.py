"""What the orchestrator of a MagenticOne team asks its model."""

from __future__ import annotations

from runtime.messages import JsonObject

FACTS = """A team is about to work on the request below. Before it starts, collect what is known.

Request:
{task}

Answer under these four headings and write nothing else:

1. GIVEN OR VERIFIED FACTS: what the request itself states.
2. FACTS TO LOOK UP: what must be found, and where it may be found.
3. FACTS TO DERIVE: what must be computed or reasoned out.
4. EDUCATED GUESSES: what is likely, from memory or by intuition.
"""

PLAN = """These are the members of the team:

{team}

Given the facts above, write a short plan, as a list, of how the team answers the request. Not every
member must take part.
"""

FULL = """We are working on this request:

{task}

The team:

{team}

What is known:

{facts}

The plan:

{plan}
"""

LEDGER = """We are working on this request:

{task}

The team:

{team}

Judge how the work stands and answer in JSON, in exactly this form:

{{
  "is_request_satisfied": {{"reason": text, "answer": true or false}},
  "is_in_loop": {{"reason": text, "answer": true or false}},
  "is_progress_being_made": {{"reason": text, "answer": true or false}},
  "next_speaker": {{"reason": text, "answer": one of {names}}},
  "instruction_or_question": {{"reason": text, "answer": what to tell or ask that member}}
}}

`is_request_satisfied`: the request has been answered in full. `is_in_loop`: the same requests or
answers come again and again. `is_progress_being_made`: recent messages add something of value.
Write nothing but the JSON.
"""

NEW_FACTS = """We are working on this request, and it does not go forward as it should:

{task}

Here is what was known:

{facts}

Rewrite this list under the same four headings. Move what has been verified, drop what turned out
wrong, and add at least one educated guess, with its reason.
"""

NEW_PLAN = """Explain in a few words what went wrong in the last attempt. Then write a new plan, as
a list, that avoids the same mistakes. These are the members of the team:

{team}
"""

FINAL = """We have worked on this request:

{task}

The messages above are the work. Give the final answer to the request, as if speaking to the person
who asked.
"""


def ledger_schema(names: list[str]) -> JsonObject:
    """The JSON Schema of the answer to LEDGER."""

    def field(answer: JsonObject) -> JsonObject:
        return {
            "type": "object",
            "properties": {"reason": {"type": "string"}, "answer": answer},
            "required": ["reason", "answer"],
            "additionalProperties": False,
        }

    properties = {
        "is_request_satisfied": field({"type": "boolean"}),
        "is_in_loop": field({"type": "boolean"}),
        "is_progress_being_made": field({"type": "boolean"}),
        "next_speaker": field({"type": "string", "enum": names}),
        "instruction_or_question": field({"type": "string"}),
    }
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
