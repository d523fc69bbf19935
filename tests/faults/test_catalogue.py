"""Every fault that the machinery promises to survive, and the tests that bring it about; none may vanish unnoticed."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent

FAULTS = {
    "NATS down at commit": ["test_servers_die.py::test_nats_is_down_at_commit"],
    "relay killed between publish and mark": [
        "test_processes_die.py::test_a_relay_is_killed_between_publishing_and_marking"
    ],
    "duplicate beyond the window": [
        "test_processes_die.py::test_a_relay_is_killed_between_publishing_and_marking",
        "test_consumer_under_load.py::test_a_message_that_the_stream_took_twice_counts_once",
    ],
    "two relays, one paused": ["test_processes_die.py::test_a_paused_worker_wakes_up_as_a_zombie"],
    "stale base, foreign writer": [
        "test_relay_under_load.py::test_a_stale_base_is_refused_and_nothing_is_stored",
        "test_relay_under_load.py::test_a_message_of_a_stranger_makes_the_base_stale_and_does_not_stop_the_relay",
    ],
    "mutations of our own": [
        "test_mutations.py::test_rows_that_are_selected_before_the_base_is_known_are_sent_twice",
        "test_mutations.py::test_an_identity_that_caches_numbers_breaks_the_order_of_commits",
        "test_mutations.py::test_a_relay_that_expects_nothing_sends_twice",
        "test_mutations_of_consumers.py::test_the_story_ends_badly_without_the_safeguard",
    ],
    "open and rolled-back transactions, inverted commit order": [
        "test_relay_under_load.py::test_uncommitted_and_rolled_back_rows_are_never_published"
    ],
    "batch: answer lost, server killed, repeated id, more than fit": [
        "test_pace_and_clocks.py::test_an_acknowledgement_is_lost",
        "test_relay_under_load.py::test_the_server_is_killed_in_the_middle_of_batches",
        "test_relay_under_load.py::test_a_batch_with_an_id_that_was_published_is_refused_whole",
        "test_relay_under_load.py::test_more_messages_than_a_batch_holds_go_in_two",
    ],
    "consumer killed between commit and acknowledgement": [
        "test_processes_die.py::test_a_consumer_is_killed_between_commit_and_acknowledgement"
    ],
    "pause beyond the time to acknowledge, zombies, two projectors": [
        "test_pace_and_clocks.py::test_a_consumer_that_is_slower_than_its_acknowledgements_may_be_still_counts_right",
        "test_processes_die.py::test_a_paused_worker_wakes_up_as_a_zombie",
    ],
    "consumer deleted, configuration drifted": [
        "test_consumer_under_load.py::test_its_consumer_is_deleted",
        "test_relay_under_load.py::test_a_configuration_that_drifted_is_corrected",
    ],
    "stream purged, trimmed, made anew, restored": [
        "test_stream_is_not_as_left.py::test_messages_that_were_not_read_yet_are_gone",
        "test_stream_is_not_as_left.py::test_the_stream_is_made_anew",
        "test_stream_is_not_as_left.py::test_an_acknowledged_suffix_is_lost_and_put_back_at_the_same_sequences",
    ],
    "acknowledged suffix lost": [
        "test_stream_is_not_as_left.py::test_an_acknowledged_suffix_is_lost_and_put_back_at_the_same_sequences"
    ],
    "poison": [
        "test_bad_events.py::test_poison_parks_its_boundary_and_an_unknown_type_is_passed_over",
    ],
    "revision gap, two events in one place": [
        "test_bad_events.py::test_a_missing_revision_is_made_up_for_by_a_snapshot",
        "test_bad_events.py::test_a_second_event_in_one_place_makes_the_boundary_be_replaced",
    ],
    "PostgreSQL crashes, lock session killed": [
        "test_servers_die.py::test_postgresql_crashes_during_relay_projection_and_a_waiting_read",
        "test_consumer_under_load.py::test_the_session_that_holds_its_lock_is_cut",
        "test_relay_under_load.py::test_the_relays_session_and_its_lock_are_cut",
    ],
    "three servers, leader killed and moved": [
        "test_three_servers.py::test_the_leader_is_killed_and_another_one_steps_down"
    ],
    "slow consumer, fetch larger than may be unacknowledged": [
        "test_pace_and_clocks.py::test_a_fetch_that_is_larger_than_what_may_be_unacknowledged_goes_on_after_acknowledgement"
    ],
    "clocks ten minutes off": ["test_pace_and_clocks.py::test_clocks_that_are_ten_minutes_off_change_nothing"],
    "stream full, disk full": [
        "test_servers_die.py::test_a_full_stream_stops_the_relay_and_not_the_writers",
        "test_servers_die.py::test_a_full_disk_stops_the_relay_and_not_the_writers",
    ],
    "listeners: gone, not reading, in the ring, before it, another epoch, revoked": [
        "gateway/test_21_event_streams.py::test_a_client_that_goes_is_forgotten_whether_it_was_busy_or_idle",
        "gateway/test_21_event_streams.py::test_a_client_that_does_not_read_is_dropped_and_costs_the_others_nothing",
        "gateway/test_21_event_streams.py::test_resume_in_the_ring",
        "gateway/test_21_event_streams.py::test_resume_before_the_ring_comes_from_the_streams",
        "gateway/test_21_event_streams.py::test_a_position_that_means_nothing_is_answered_with_a_reset",
        "gateway/test_21_event_streams.py::test_streams_that_are_replaced_under_a_listener",
        "gateway/test_21_event_streams.py::test_a_token_that_is_revoked_ends_its_streams",
    ],
    "upstreams: slow, failing, a storm of retries, cancelled twice": [
        "gateway/test_22_upstreams.py::test_a_slow_service_costs_its_deadline_and_its_connections_only",
        "gateway/test_22_upstreams.py::test_a_storm_of_failures_is_not_multiplied_and_ends_with_the_failure",
        "gateway/test_22_upstreams.py::test_clients_that_go_leave_no_connection_behind",
        "gateway/test_22_upstreams.py::test_a_request_cancelled_twice_gives_its_connection_back",
    ],
    "idempotency races, crash before the answer": [
        "test_answers_get_lost.py::test_a_service_that_dies_before_its_answer_has_written_once",
    ],
    "waiting read while the projection stands still": [
        "test_consumer_under_load.py::test_a_read_waits_for_a_projection_that_stands_still"
    ],
    "webhooks: timeouts, 410, 429, rotation, private addresses, redirects, replay": [
        "gateway/test_25_webhooks.py::test_an_answer_that_does_not_come_is_tried_again_later",
        "gateway/test_25_webhooks.py::test_gone_disables_and_what_waits_is_held_until_it_is_enabled",
        "gateway/test_25_webhooks.py::test_too_many_requests_pauses_everything_for_that_receiver",
        "gateway/test_25_webhook_secrets.py::test_rotation_signs_with_both_until_the_overlap_is_over",
        "gateway/test_25_webhook_addresses.py::test_a_name_that_leads_to_a_private_address_is_not_called",
        "gateway/test_25_webhooks.py::test_nothing_is_redirected",
        "gateway/test_25_webhook_secrets.py::test_a_redelivery_has_the_same_id_and_a_fresh_signature_an_old_copy_does_not_pass",
    ],
    "shutdown with messages in flight": [
        "test_consumer_under_load.py::test_a_worker_with_messages_in_flight_ends_within_five_seconds"
    ],
}


def test_none_of_the_promised_faults_is_left_out():
    assert len(FAULTS) == 26


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fault_is_brought_about_by_tests_that_exist(fault):
    for named in FAULTS[fault]:
        path, _, name = named.partition("::")
        module = ast.parse((HERE / path).read_text())
        assert name in {node.name for node in module.body if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)}
