"""Every fault that the machinery promises to survive, part by part, and the test that brings it about; none may vanish unnoticed."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent

FAULTS = {
    "NATS is down at commit": {
        "NATS down": "test_servers_die.py::test_nats_is_down_at_commit",
        "worker begun meanwhile": "test_servers_die.py::test_whoever_starts_while_nats_is_down_measures_what_waits",
    },
    "relay is killed between publish and mark": {
        "duplicate window of a second": "test_processes_die.py::test_a_relay_is_killed_between_publishing_and_marking",
        "marks of two days": "test_relay_under_load.py::test_a_relay_is_cut_off_between_marking_the_rows_of_two_days",
    },
    "duplicate beyond the window": {
        "the message": "test_consumer_under_load.py::test_a_message_that_the_stream_took_twice_counts_once",
    },
    "two relays": {
        "one paused before it publishes": "test_processes_die.py::test_a_paused_worker_wakes_up_as_a_zombie[before publishing]",
        "one paused before it marks": "test_processes_die.py::test_a_paused_worker_wakes_up_as_a_zombie[before marking]",
        "one paused while idle": "test_processes_die.py::test_an_idle_worker_is_paused_and_wakes_up_to_what_others_were_sent",
        "30 seconds": "test_processes_die.py::test_a_paused_worker_wakes_up_as_a_zombie[before publishing, 30 seconds]",
    },
    "the base": {
        "stale base": "test_relay_under_load.py::test_a_stale_base_is_refused_and_nothing_is_stored",
        "foreign writer": "test_relay_under_load.py::test_a_message_of_a_stranger_makes_the_base_stale_and_does_not_stop_the_relay",
    },
    "mutations": {
        "rows selected before the base is known": "test_mutations.py::test_rows_that_are_selected_before_the_base_is_known_are_sent_twice",
        "identity that caches": "test_mutations.py::test_an_identity_that_caches_numbers_breaks_the_order_of_commits",
        "no expected sequence": "test_mutations.py::test_a_relay_that_expects_nothing_sends_twice",
        "the consumer's": "test_mutations_of_consumers.py::test_the_story_ends_badly_without_the_safeguard",
    },
    "transactions": {
        "long open, rolled back, committed in inverted order": "test_relay_under_load.py::test_uncommitted_and_rolled_back_rows_are_never_published",
    },
    "batch": {
        "acknowledgement lost": "test_pace_and_clocks.py::test_an_acknowledgement_is_lost[publish_batch]",
        "server killed in the middle": "test_relay_under_load.py::test_the_server_is_killed_in_the_middle_of_a_batch[7]",
        "server killed before it could answer": "test_relay_under_load.py::test_the_server_is_killed_in_the_middle_of_a_batch",
        "duplicate id": "test_relay_under_load.py::test_a_batch_with_an_id_that_was_published_is_refused_whole",
        "1,001 messages": "test_relay_under_load.py::test_more_messages_than_a_batch_holds_go_in_two",
    },
    "consumer is killed": {
        "between commit and acknowledgement": "test_processes_die.py::test_a_consumer_is_killed_between_commit_and_acknowledgement",
    },
    "pause beyond the time to acknowledge": {
        "slow": "test_pace_and_clocks.py::test_a_consumer_that_is_slower_than_its_acknowledgements_may_be_still_counts_right",
        "two projectors": "test_processes_die.py::test_a_paused_worker_wakes_up_as_a_zombie[before the commit]",
        "zombie acknowledgements": "test_processes_die.py::test_an_idle_worker_is_paused_and_wakes_up_to_what_others_were_sent",
    },
    "what the server keeps": {
        "consumer deleted": "test_consumer_under_load.py::test_its_consumer_is_deleted",
        "configuration drifted": "test_relay_under_load.py::test_a_configuration_that_drifted_is_corrected_under_load",
    },
    "the stream": {
        "purged": "test_stream_is_not_as_left.py::test_messages_that_were_not_read_yet_are_gone[purged]",
        "trimmed": "test_stream_is_not_as_left.py::test_messages_that_were_not_read_yet_are_gone[trimmed]",
        "made anew": "test_stream_is_not_as_left.py::test_the_stream_is_made_anew",
        "made anew under webhooks and the audit log": "gateway/test_12_streams.py::test_a_stream_that_is_made_anew_and_filled_again_doubles_and_loses_nothing",
        "trimmed before webhooks and the audit log": "gateway/test_12_streams.py::test_what_was_trimmed_before_it_was_read_is_said_to_be_lost_and_the_rest_is_not",
        "restored": "test_stream_is_not_as_left.py::test_an_acknowledged_suffix_is_lost_and_put_back_at_the_same_sequences",
    },
    "acknowledged suffix": {
        "lost": "test_stream_is_not_as_left.py::test_an_acknowledged_suffix_is_lost_and_put_back_at_the_same_sequences",
    },
    "poison": {
        "bad JSON": "test_bad_events.py::test_poison_parks_its_boundary_until_somebody_decides[bad JSON, dropped]",
        "schema": "test_bad_events.py::test_poison_parks_its_boundary_until_somebody_decides[bad schema, dropped]",
        "for listeners, webhooks and the audit log": "gateway/test_14_poison.py::test_it_stops_no_webhook_no_audit_log_no_list_and_no_stream",
        "unknown type": "test_bad_events.py::test_an_unknown_type_is_passed_over",
        "unknown major": "test_bad_events.py::test_poison_parks_its_boundary_until_somebody_decides[unknown major version, dropped]",
        "replayed": "test_bad_events.py::test_poison_parks_its_boundary_until_somebody_decides[bad schema, replayed]",
        "oversize": "test_bad_events.py::test_poison_parks_its_boundary_until_somebody_decides[oversize, dropped]",
    },
    "revisions": {
        "gap": "test_bad_events.py::test_a_missing_revision_is_made_up_for_by_a_snapshot",
        "same revision, another id": "test_bad_events.py::test_a_second_event_in_one_place_makes_the_boundary_be_replaced",
    },
    "PostgreSQL": {
        "restarted during relay, projection and waiting read": "test_servers_die.py::test_postgresql_crashes_during_relay_projection_and_a_waiting_read",
        "projection's lock session killed": "test_consumer_under_load.py::test_the_session_that_holds_its_lock_is_cut",
        "relay's lock session killed": "test_relay_under_load.py::test_the_relays_session_and_its_lock_are_cut",
    },
    "three NATS servers": {
        "one killed, leader moved": "test_three_servers.py::test_the_leader_is_killed_and_another_one_steps_down",
    },
    "pace": {
        "slow consumer": "test_pace_and_clocks.py::test_a_fetch_that_is_larger_than_what_may_be_unacknowledged_goes_on_after_acknowledgement",
        "fetch larger than may be unacknowledged": "test_pace_and_clocks.py::test_a_consumer_that_may_leave_less_unacknowledged_than_it_fetches_ends_well",
    },
    "clocks ten minutes off": {
        "writers": "test_pace_and_clocks.py::test_clocks_that_are_ten_minutes_off_change_nothing",
        "workers": "test_pace_and_clocks.py::test_workers_whose_clocks_are_ten_minutes_off_relay_and_project_the_same",
        "tokens": "test_answers_get_lost.py::test_a_token_by_a_clock_that_is_ten_minutes_off_writes_nothing",
    },
    "no room": {
        "stream full": "test_servers_die.py::test_a_full_stream_stops_the_relay_and_not_the_writers",
        "store full": "test_servers_die.py::test_a_full_store_stops_the_relay_and_not_the_writers",
        "disk full": "test_servers_die.py::test_a_full_disk_stops_the_relay_and_not_the_writers",
    },
    "live listeners": {
        "disconnect": "gateway/test_21_event_streams.py::test_a_client_that_goes_is_forgotten_whether_it_was_busy_or_idle",
        "reader that does not read": "gateway/test_21_event_streams.py::test_a_client_that_does_not_read_is_dropped_and_costs_the_others_nothing",
        "resume in the ring": "gateway/test_21_event_streams.py::test_resume_in_the_ring",
        "resume before the ring": "gateway/test_21_event_streams.py::test_resume_before_the_ring_comes_from_the_streams",
        "wrong epoch": "gateway/test_21_event_streams.py::test_a_position_that_means_nothing_is_answered_with_a_reset",
        "epoch changes meanwhile": "gateway/test_21_event_streams.py::test_streams_that_are_replaced_under_a_listener",
        "age ends it, in the middle of what it missed": "gateway/test_21_streams_that_end.py::test_a_stream_ends_of_age_in_the_middle_of_what_it_missed_and_the_next_goes_on",
        "permission revoked": "gateway/test_21_event_streams.py::test_a_role_that_is_taken_back_closes_what_it_opened_under_the_stream",
        "token revoked": "gateway/test_21_event_streams.py::test_a_token_that_is_revoked_ends_its_streams",
    },
    "upstreams": {
        "slow": "gateway/test_22_upstreams.py::test_a_slow_service_costs_its_deadline_and_its_connections_only",
        "failing, a storm of retries": "gateway/test_22_upstreams.py::test_a_storm_of_failures_is_not_multiplied_and_ends_with_the_failure",
        "disconnects": "gateway/test_22_upstreams.py::test_clients_that_go_leave_no_connection_behind",
        "cancelled twice": "gateway/test_22_upstreams.py::test_a_request_cancelled_twice_gives_its_connection_back",
    },
    "idempotency": {
        "races, crash before the answer": "test_answers_get_lost.py::test_a_service_that_dies_before_its_answer_has_written_once",
    },
    "waiting read": {
        "projection stopped": "test_consumer_under_load.py::test_a_read_waits_for_a_projection_that_stands_still",
    },
    "webhooks": {
        "timeouts": "gateway/test_25_webhooks.py::test_an_answer_that_does_not_come_is_tried_again_later",
        "410": "gateway/test_25_webhooks.py::test_gone_disables_and_what_waits_is_held_until_it_is_enabled",
        "429": "gateway/test_25_webhooks.py::test_too_many_requests_pauses_everything_for_that_receiver",
        "rotation": "gateway/test_25_webhook_secrets.py::test_rotation_signs_with_both_until_the_overlap_is_over",
        "private address": "gateway/test_25_webhook_addresses.py::test_a_name_that_leads_to_a_private_address_is_not_called",
        "redirect": "gateway/test_25_webhooks.py::test_nothing_is_redirected",
        "replay": "gateway/test_25_webhook_secrets.py::test_a_redelivery_has_the_same_id_and_a_fresh_signature_an_old_copy_does_not_pass",
    },
    "shutdown": {
        "with buffered messages": "test_consumer_under_load.py::test_a_worker_with_messages_in_flight_ends_within_five_seconds",
    },
}
PARTS = [(fault, part) for fault, parts in FAULTS.items() for part in parts]


def test_none_of_the_promised_faults_is_left_out():
    assert len(FAULTS) == 26
    parts = {"batch": 5, "the stream": 6, "poison": 7, "live listeners": 9, "upstreams": 4, "webhooks": 7}
    assert {fault: len(FAULTS[fault]) for fault in parts} == parts


@pytest.mark.parametrize(("fault", "part"), PARTS, ids=[f"{fault}: {part}" for fault, part in PARTS])
def test_the_part_is_brought_about_by_a_test_that_exists(fault, part):
    path, _, named = FAULTS[fault][part].partition("::")
    name, _, case = named.partition("[")
    functions = [
        node
        for node in ast.parse((HERE / path).read_text()).body
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) and node.name == name
    ]
    assert len(functions) == 1
    if case:
        assert case.removesuffix("]") in cases_of(functions[0])


def cases_of(function):
    """The words and numbers of which its parameters are made: every id is one of them."""
    return {
        str(node.value)
        for decorator in function.decorator_list
        for node in ast.walk(decorator)
        if isinstance(node, ast.Constant)
    }
