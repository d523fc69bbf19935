"""Every fault that the machinery promises to survive, and the tests that bring it about; none may vanish unnoticed."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent

FAULTS = {
    "NATS down at commit": ["faults/test_servers_die.py::test_nats_is_down_at_commit"],
    "relay killed between publish and mark": [
        "faults/test_processes_die.py::test_a_relay_is_killed_between_publishing_and_marking"
    ],
    "duplicate beyond the window": [
        "faults/test_processes_die.py::test_a_relay_is_killed_between_publishing_and_marking",
        "chassis/test_projection.py::test_what_was_applied_before_is_skipped",
    ],
    "two relays, one paused": ["faults/test_processes_die.py::test_a_paused_worker_wakes_up_as_a_zombie"],
    "stale base, foreign writer": [
        "chassis/test_publisher.py::test_a_stale_base_is_refused_and_nothing_is_stored",
        "chassis/test_relay.py::test_a_message_of_a_stranger_does_not_stop_the_relay",
    ],
    "mutations of our own": [
        "faults/test_mutations.py::test_rows_that_are_selected_before_the_base_is_known_are_sent_twice",
        "faults/test_mutations.py::test_an_identity_that_caches_numbers_breaks_the_order_of_commits",
        "faults/test_mutations.py::test_a_relay_that_expects_nothing_sends_twice",
        "faults/test_mutations_of_consumers.py::test_the_story_ends_badly_without_the_safeguard",
    ],
    "open and rolled-back transactions, inverted commit order": [
        "chassis/test_relay.py::test_uncommitted_and_rolled_back_rows_are_never_published"
    ],
    "batch: answer lost, server killed, repeated id, more than fit": [
        "faults/test_pace_and_clocks.py::test_an_acknowledgement_of_a_batch_is_lost",
        "chassis/test_relay.py::test_the_server_is_killed_under_load",
        "chassis/test_publisher.py::test_a_batch_with_an_id_that_was_published_is_refused_whole",
        "chassis/test_relay.py::test_every_row_is_published_in_order_and_marked",
    ],
    "consumer killed between commit and acknowledgement": [
        "faults/test_processes_die.py::test_a_consumer_is_killed_between_commit_and_acknowledgement"
    ],
    "pause beyond the time to acknowledge, zombies, two projectors": [
        "faults/test_pace_and_clocks.py::test_a_consumer_that_is_slower_than_its_acknowledgements_may_be_still_counts_right",
        "faults/test_processes_die.py::test_a_paused_worker_wakes_up_as_a_zombie",
    ],
    "consumer deleted, configuration drifted": [
        "chassis/test_consumer.py::test_its_consumer_is_deleted_under_load",
        "chassis/test_relay.py::test_a_configuration_that_drifted_is_corrected",
    ],
    "stream purged, trimmed, made anew, restored": [
        "faults/test_stream_is_not_as_left.py::test_messages_that_were_not_read_yet_are_gone",
        "faults/test_stream_is_not_as_left.py::test_the_stream_is_made_anew",
        "faults/test_stream_is_not_as_left.py::test_an_acknowledged_suffix_is_lost_and_put_back_at_the_same_sequences",
    ],
    "acknowledged suffix lost": [
        "faults/test_stream_is_not_as_left.py::test_an_acknowledged_suffix_is_lost_and_put_back_at_the_same_sequences"
    ],
    "poison": [
        "faults/test_bad_events.py::test_poison_parks_its_boundary_and_an_unknown_type_is_passed_over",
    ],
    "revision gap, two events in one place": [
        "faults/test_bad_events.py::test_a_missing_revision_is_made_up_for_by_a_snapshot",
        "faults/test_bad_events.py::test_a_second_event_in_one_place_makes_the_boundary_be_replaced",
    ],
    "PostgreSQL crashes, lock session killed": [
        "faults/test_servers_die.py::test_postgresql_crashes_during_relay_projection_and_a_waiting_read",
        "chassis/test_consumer.py::test_the_session_that_holds_the_lease_is_cut_under_load",
        "chassis/test_relay.py::test_the_relays_connection_is_cut_under_load",
    ],
    "three servers, leader killed and moved": [
        "faults/test_three_servers.py::test_the_leader_is_killed_and_another_one_steps_down"
    ],
    "slow consumer, fetch larger than may be unacknowledged": [
        "faults/test_pace_and_clocks.py::test_a_fetch_that_is_larger_than_what_may_be_unacknowledged_goes_on_after_acknowledgement"
    ],
    "clocks ten minutes off": ["faults/test_pace_and_clocks.py::test_clocks_that_are_ten_minutes_off_change_nothing"],
    "stream full, disk full": [
        "faults/test_servers_die.py::test_a_full_stream_stops_the_relay_and_not_the_writers",
        "faults/test_servers_die.py::test_a_full_disk_stops_the_relay_and_not_the_writers",
    ],
    "listeners: gone, not reading, in the ring, before it, another epoch, revoked": [
        "faults/gateway/test_21_event_streams.py::test_a_client_that_goes_is_forgotten_whether_it_was_busy_or_idle",
        "faults/gateway/test_21_event_streams.py::test_a_client_that_does_not_read_is_dropped_and_costs_the_others_nothing",
        "faults/gateway/test_21_event_streams.py::test_resume_in_the_ring",
        "faults/gateway/test_21_event_streams.py::test_resume_before_the_ring_comes_from_the_streams",
        "faults/gateway/test_21_event_streams.py::test_a_position_that_means_nothing_is_answered_with_a_reset",
        "faults/gateway/test_21_event_streams.py::test_streams_that_are_replaced_under_a_listener",
        "faults/gateway/test_21_event_streams.py::test_a_token_that_is_revoked_ends_its_streams",
    ],
    "upstreams: slow, failing, a storm of retries, cancelled twice": [
        "faults/gateway/test_22_upstreams.py::test_a_slow_service_costs_its_deadline_and_its_connections_only",
        "faults/gateway/test_22_upstreams.py::test_a_storm_of_failures_is_not_multiplied_and_ends_with_the_failure",
        "faults/gateway/test_22_upstreams.py::test_clients_that_go_leave_no_connection_behind",
        "faults/gateway/test_22_upstreams.py::test_a_request_cancelled_twice_gives_its_connection_back",
    ],
    "idempotency races, crash before the answer": [
        "chassis/requests/test_idempotency.py::test_one_key_sent_many_times_at_once_writes_once",
        "system/test_kills.py::test_every_acknowledged_write_arrives_once_and_nothing_else",
    ],
    "waiting read while the projection stands still": [
        "chassis/test_positions.py::test_waiting_ends_when_the_picture_has_caught_up"
    ],
    "webhooks: timeouts, 410, 429, rotation, private addresses, redirects, replay": [
        "faults/gateway/test_25_webhooks.py::test_an_answer_that_does_not_come_is_tried_again_later",
        "faults/gateway/test_25_webhooks.py::test_gone_disables_and_what_waits_is_held_until_it_is_enabled",
        "faults/gateway/test_25_webhooks.py::test_too_many_requests_pauses_everything_for_that_receiver",
        "faults/gateway/test_25_webhook_secrets.py::test_rotation_signs_with_both_until_the_overlap_is_over",
        "faults/gateway/test_25_webhook_addresses.py::test_a_name_that_leads_to_a_private_address_is_not_called",
        "faults/gateway/test_25_webhooks.py::test_nothing_is_redirected",
        "faults/gateway/test_25_webhook_secrets.py::test_a_redelivery_has_the_same_id_and_a_fresh_signature_an_old_copy_does_not_pass",
    ],
    "shutdown with messages in flight": [
        "chassis/test_worker.py::test_a_real_worker_with_messages_in_flight_ends_within_five_seconds"
    ],
}


def test_none_of_the_promised_faults_is_left_out():
    assert len(FAULTS) == 26


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fault_is_brought_about_by_tests_that_exist(fault):
    for named in FAULTS[fault]:
        path, _, name = named.partition("::")
        module = ast.parse((TESTS / path).read_text())
        assert name in {node.name for node in module.body if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)}
