"""Defects of AutoGen whose absence other tests show: which, and where. The tests must exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOWN_BY = {
    "#3619, #5327 runs outlive their process": (
        "tests/conformance/test_recovery.py::test_a_death_at_any_append_changes_nothing"
    ),
    "#4108 undelivered messages are saved": (
        "tests/conformance/test_scenarios_actors.py::test_s21_undelivered_messages_are_saved_too"
    ),
    "#7043 a graph resumes in the middle": (
        "tests/conformance/test_scenarios_graphs.py::"
        "test_s48_a_run_that_was_stopped_in_the_middle_goes_on_there"
    ),
    "#124, #5599, #7601 a person's answer outlives the process": (
        "tests/conformance/test_scenarios_agents.py::test_s57_a_wait_outlives_the_process"
    ),
    "#6793, #7073 state is JSON": (
        "tests/conformance/test_scenarios_teams.py::"
        "test_s34_another_team_object_goes_on_where_one_stopped"
    ),
    "#4894, #5891 tools are approved": (
        "tests/runtime/test_approvals.py::test_the_request_shows_who_wants_what_exactly"
    ),
    "#8265 a cancelled MCP call": (
        "tests/tools/test_mcp.py::test_a_hanging_tool_is_cancelled_at_the_server_too"
    ),
    "#6468 an MCP server that never lists": (
        "tests/tools/test_mcp.py::test_a_server_that_is_no_mcp_server"
    ),
    "#6198, #6284, #7226 closing an MCP session": (
        "tests/tools/test_mcp.py::test_closing_from_another_task_ends_the_server"
    ),
    "#6013, #6016 a cancelled execution": (
        "tests/executors/test_local.py::test_cancelling_while_it_runs"
    ),
    "PR #7642 a dropped message leaves no trace": (
        "tests/conformance/test_scenarios_core.py::test_s11_dropping_tells_the_sender"
    ),
    "#7007 stopping while a handler runs": (
        "tests/runtime/test_actors.py::test_stop_fails_whoever_still_waits"
    ),
    "#7828 a failed speaker": (
        "tests/conformance/test_scenarios_teams.py::"
        "test_s35_a_failing_member_fails_the_run_and_the_team_works_again"
    ),
    "#7016 ids collide": (
        "tests/conformance/test_scenarios_agents.py::"
        "test_s60_concurrent_requests_get_their_own_answers"
    ),
    "#6882 a team tool is called twice at once": (
        "tests/conformance/test_scenarios_agents.py::"
        "test_s59_agents_and_teams_as_tools_keep_their_state_between_calls"
    ),
    "#7955 half of a pair of call and result": (
        "tests/models/test_contexts.py::test_no_view_has_half_of_a_pair_or_hides_the_newest"
    ),
    "#7968, #8211 the cache's key": (
        "tests/models/test_wrappers.py::test_everything_that_a_reply_depends_on_is_in_the_key"
    ),
    "#7085 system messages in the middle, at the vendor": (
        "tests/models/test_openai.py::test_scattered_system_messages_are_no_error"
    ),
    "#7471, #6944 the selector's fallback": (
        "tests/conformance/test_scenarios_leaders.py::"
        "test_s41_after_all_attempts_somebody_speaks_and_it_is_no_livelock"
    ),
    "#6547, #6599, PR #7913 an odd ledger": (
        "tests/conformance/test_scenarios_leaders.py::"
        "test_s47_a_ledger_that_is_not_usable_is_asked_for_again"
    ),
    "#8008 tools renamed by a streaming workbench": (
        "tests/conformance/test_scenarios_tools.py::"
        "test_s26_a_renamed_tool_is_called_by_its_new_name"
    ),
    "#7662 source code in a spec": (
        "tests/runtime/test_components.py::test_source_code_is_never_run_by_validating_or_building"
    ),
    "confirmed: interventions are not chained": (
        "tests/runtime/test_publishing.py::test_interventions_chain"
    ),
    "confirmed: overlapping subscriptions": (
        "tests/conformance/test_scenarios_core.py::"
        "test_s16_the_same_subscription_twice_is_refused_and_two_that_overlap_deliver_once"
    ),
    "confirmed: an async factory runs several times": (
        "tests/runtime/test_publishing.py::"
        "test_subscribers_are_made_when_they_are_needed_and_hear_once"
    ),
    "confirmed: no mailbox": ("tests/runtime/test_actors.py::test_one_message_at_a_time_in_order"),
    "confirmed: a token's callback that uses the token": (
        "tests/runtime/test_actors.py::test_a_token_callback_may_use_the_token"
    ),
    "confirmed: a token keeps its callbacks": (
        "tests/runtime/test_actors.py::test_a_cancelled_token_refuses_at_once_and_keeps_no_callbacks"
    ),
    "confirmed: cancelling the task alone does nothing": (
        "tests/conformance/test_scenarios_teams.py::"
        "test_s37_cancelling_the_task_alone_reaches_the_tools"
    ),
    "confirmed: what a failed turn heard comes twice": (
        "tests/conformance/test_scenarios_teams.py::"
        "test_s35_a_message_is_heard_once_though_the_turn_that_heard_it_failed"
    ),
    "confirmed: the selector takes who is no candidate": (
        "tests/conformance/test_scenarios_leaders.py::test_s42_only_a_candidate_is_taken"
    ),
    "confirmed: Magentic-One's turns": (
        "tests/conformance/test_scenarios_leaders.py::test_s47_rounds_are_counted_exactly"
    ),
    "confirmed: Magentic-One's stalls": (
        "tests/conformance/test_scenarios_leaders.py::"
        "test_s47_stalls_make_a_new_plan_and_count_anew_after_it"
    ),
    "confirmed: the task's messages are told apart in Magentic-One too": (
        "tests/conformance/test_scenarios_leaders.py::test_s46_facts_plan_instruction_answer"
    ),
    "confirmed: CodeExecutorAgent's state": (
        "tests/conformance/test_scenarios_code.py::test_s58_its_context_is_its_own_state"
    ),
    "confirmed: the local executor's timeout and cancel": (
        "tests/executors/test_local.py::test_a50_nothing_outlives_a_timeout"
    ),
    "confirmed: an unknown target hangs": (
        "tests/conformance/test_scenarios_agents.py::test_s60_an_unknown_target_is_an_error_at_once"
    ),
    "confirmed: the caller loop has no cap": (
        "tests/conformance/test_scenarios_actors.py::test_s20_the_caller_loop_has_a_cap"
    ),
    "confirmed: message types of one name overwrite each other": (
        "tests/conformance/test_scenarios_actors.py::"
        "test_s22_unknown_types_are_kept_and_names_do_not_clash"
    ),
    "5: a timeout interrupts": (
        "tests/runtime/test_time_limits.py::"
        "test_a_hanging_tool_is_interrupted_and_its_outcome_recorded"
    ),
    "6: HttpTool's status codes": (
        "tests/tools/test_http_tool.py::test_an_error_status_is_an_error_result_with_its_body"
    ),
    "6: HttpTool and private addresses": (
        "tests/tools/test_http_tool.py::test_a37_private_addresses_are_refused_unless_allowed"
    ),
}


@pytest.mark.parametrize("defect", SHOWN_BY)
def test_it_is_shown(defect: str) -> None:
    path, _, name = SHOWN_BY[defect].partition("::")
    source = (ROOT / path).read_text()
    found = re.search(rf"^(async )?def {name}\(", source, re.MULTILINE)
    assert found, f"{path} has no {name}"
