//! This module is the suite that every [`Store`](crate::port::Store) with
//! [`Inspect`](crate::port::Inspect) must pass (feature `conformance`). Begin with the macro
//! [`conformance_tests!`](crate::conformance_tests). (Layer 5.)
//!
//! Beside it stands [`FaultStore`], which wraps any store and fails when a host's test says so.
//!
//! The signatures of a storage port say little; what makes an adapter right is written here, one
//! rule a function. Each [`Case`] takes a store that is empty and panics when the store breaks the
//! rule. The cases need no runtime: an adapter runs them in its own; with tokio, `check` below
//! is `Runtime::new().unwrap().block_on(async { case(&open_empty().await).await })`. They hand a
//! store whole microseconds of time, the finest that every database keeps.
//!
//! ```
//! use postback::{conformance::Case, memory::MemoryStore};
//!
//! // Opens an empty store and drives one case to its end, in whatever runtime the store needs.
//! fn check(case: Case) {
//!     let store = MemoryStore::new();
//!     let mut run = case(&store);
//!     let waker = std::task::Waker::noop();
//!     while run.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending() {}
//! }
//!
//! // Every rule becomes a test of its own.
//! postback::conformance_tests!(check);
//! // Or run all of them at once.
//! for (_, case) in postback::conformance::suite() {
//!     check(case);
//! }
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test says no by panicking"
)]

#[doc(hidden)]
pub mod commit;
#[doc(hidden)]
pub mod facts;
#[doc(hidden)]
pub mod pages;
#[doc(hidden)]
pub mod private;
#[doc(hidden)]
pub mod record;
#[doc(hidden)]
pub mod refused;
#[doc(hidden)]
pub mod retention;
#[doc(hidden)]
pub mod transact;

#[doc(hidden)]
pub use crate::outbox_cases::{causes, claim, corrections, outbox, verdicts};

pub use crate::fault::{Call, Fault, FaultStore};
pub use crate::samples::Subject;

use crate::port::BoxFuture;

/// One rule. The store must be empty; the case panics when the store breaks the rule.
pub type Case = for<'a> fn(&'a dyn Subject) -> BoxFuture<'a, ()>;

/// Hands the list of all cases to a macro, so that `suite` and the tests of adapters cannot drift
/// apart.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_cases {
    ([$($then:tt)+], $with:path) => {
        $($then)+! { $with;
            record: an_absent_click_is_no_click
            record: a_click_is_kept_as_it_was_recorded
            record: a_known_click_is_left_as_it_is
            record: recording_raises_the_guard_of_each_click_that_is_written
            record: of_one_id_twice_in_one_call_the_first_is_kept
            facts: absence_is_an_answer_with_version_zero
            facts: the_outcome_of_a_stored_event_is_told
            facts: a_conversion_that_the_query_names_comes_along
            facts: eight_parents_are_followed_and_the_ninth_is_not
            facts: a_cycle_of_parents_ends
            facts: receipts_of_another_source_are_other_receipts
            facts: the_click_that_a_receipt_names_comes_along_with_its_tallies
            facts: the_click_that_a_parent_names_comes_along
            facts: an_event_that_waits_under_the_receipt_comes_along
            facts: an_event_that_waits_for_the_receipt_as_its_parent_comes_along
            facts: an_event_that_waits_for_a_parent_of_the_receipt_comes_along
            facts: a_chain_of_waiting_events_comes_along
            facts: eight_links_of_waiting_events_are_followed_and_the_ninth_is_not
            facts: an_event_that_waits_by_its_event_id_comes_along
            facts: what_is_known_of_an_event_id_is_kept_apart_from_the_receipt_of_that_text
            facts: what_a_clicks_events_have_told_comes_along_where_it_is_asked_for
            facts: what_was_booked_for_these_events_comes_along
            facts: however_many_events_a_click_has_what_is_asked_for_comes_along
            facts: a_decided_event_no_longer_waits
            facts: waiting_events_of_another_source_stay
            facts: the_event_that_is_decided_is_not_its_own_orphan
            facts: at_most_64_waiting_events_come_along_by_event_id
            commit: the_same_event_twice_is_a_duplicate_that_writes_nothing
            commit: a_duplicate_is_told_before_a_conflict
            commit: a_stale_guard_is_a_conflict_that_writes_nothing
            commit: two_firsts_for_an_absent_click_conflict
            commit: two_firsts_for_an_absent_receipt_conflict
            commit: a_guard_from_the_future_is_a_conflict
            commit: every_commit_raises_its_guards_by_one
            commit: a_commit_without_guards_raises_none
            commit: an_event_that_does_not_wait_makes_a_conflict
            commit: an_event_is_decided_again_only_while_it_has_the_outcome_that_was_read
            commit: a_row_replaces_the_row_of_the_same_key
            commit: a_configuration_is_written_once_and_the_last_one_is_told
            commit: a_click_recorded_after_the_facts_makes_a_conflict
            commit: clicks_whose_ids_begin_alike_are_guarded_in_one_commit
            commit: clicks_of_one_moment_are_guarded_in_one_commit
            commit: of_many_commits_under_one_guard_one_is_applied
            commit: of_one_commit_many_times_one_is_applied
            commit: concurrent_commits_are_all_kept
            transact: a_decision_sees_what_is_stored_and_is_written
            transact: where_nothing_is_decided_nothing_is_written
            transact: what_was_decided_is_checked_like_any_commit
            transact: of_many_decisions_about_one_click_none_conflicts
            transact: a_decision_that_panics_fails_alone
            claim: what_is_due_is_leased_earliest_first
            claim: of_one_moment_what_was_stored_first_is_leased_first
            claim: of_one_moment_what_was_stored_first_is_leased_first_beside_a_held_lane
            claim: what_is_due_later_stays
            claim: what_is_due_at_this_very_moment_is_leased
            claim: no_more_than_the_limit_is_leased
            claim: nothing_is_leased_under_a_limit_of_zero
            claim: one_lane_is_leased_apart
            claim: a_lane_without_a_name_is_leased_like_any_other
            claim: of_each_lane_no_more_than_its_share_is_leased
            claim: what_is_beyond_a_share_is_not_due_next_even_behind_the_limit
            claim: a_long_queue_of_one_lane_stands_in_nobodys_way
            claim: a_share_holds_beside_a_lane_that_stands_still
            claim: a_running_lease_is_respected_and_an_expired_one_is_not
            claim: the_next_due_time_is_that_of_the_next_delivery_or_lease
            claim: concurrent_claims_lease_each_delivery_once
            claim: a_lease_past_the_year_9999_is_a_misuse
            outbox: a_known_delivery_is_left_as_it_is
            outbox: a_delivered_one_is_never_leased_again
            outbox: a_retry_waits_for_its_time
            outbox: a_dead_one_is_kept_and_not_leased
            outbox: a_verdict_under_an_old_lease_is_refused
            outbox: a_verdict_after_the_lease_ran_out_counts_while_nobody_else_has_it
            outbox: a_verdict_is_written_once
            outbox: a_verdict_without_a_lease_is_refused
            outbox: verdicts_are_answered_in_order
            outbox: one_dead_delivery_is_queued_again_under_its_id
            outbox: the_dead_ones_of_a_lane_are_queued_again
            outbox: all_dead_ones_are_queued_again
            outbox: a_cancelled_delivery_is_dead_and_no_attempt_is_counted
            outbox: what_waits_for_its_next_attempt_is_cancelled
            outbox: what_is_being_sent_is_not_cancelled
            outbox: a_lease_that_ran_out_keeps_nobody_from_cancelling
            outbox: a_cancelled_one_that_was_accepted_keeps_its_receipt
            outbox: what_is_delivered_or_not_known_is_not_cancelled
            outbox: a_dead_one_is_cancelled_for_good_and_once
            outbox: dead_letters_are_counted_and_the_first_is_named
            outbox: what_was_cancelled_or_replaced_is_no_dead_letter
            outbox: what_waits_is_counted_by_lane_and_the_first_is_named
            causes: every_cause_is_kept_leased_and_settled
            causes: all_parts_of_a_delivery_are_kept
            causes: causes_are_found_by_what_they_hang_on
            causes: erasure_of_a_click_leaves_what_hangs_on_none
            causes: what_is_due_later_than_its_decision_waits
            causes: accounts_of_one_destination_are_lanes_of_their_own
            corrections: what_ad_platforms_are_told_of_a_click_comes_along_where_it_is_asked_for
            corrections: how_far_a_delivery_has_come_is_told_in_each_state
            corrections: what_has_not_left_is_withdrawn_with_the_commit
            corrections: what_the_same_commit_queues_is_withdrawn
            corrections: what_has_left_meanwhile_makes_a_conflict_that_writes_nothing
            corrections: what_was_withdrawn_is_no_dead_letter_and_is_not_cancelled_again
            corrections: what_waits_for_another_comes_with_how_far_that_has_come
            corrections: waiting_counts_no_attempt_and_can_be_withdrawn
            verdicts: a_warning_and_what_was_there_already_are_delivered
            verdicts: a_receipt_is_checked_in_its_time
            verdicts: a_receipt_that_is_still_open_is_checked_again
            verdicts: what_was_not_accepted_after_all_is_sent_again
            verdicts: an_accepted_one_keeps_its_personal_values_until_it_was_checked
            verdicts: checks_are_counted_apart_from_what_was_sent
            verdicts: a_dead_one_that_has_a_receipt_is_checked_again_and_not_sent
            verdicts: a_smaller_limit_is_kept_and_is_no_attempt
            verdicts: a_lane_that_is_held_stands_still_and_the_others_go_on
            verdicts: a_hold_ends_by_itself_and_counts_no_attempt
            verdicts: a_hold_is_shown_at_what_waits_for_it
            verdicts: the_longest_hold_of_a_lane_counts
            verdicts: a_verdict_without_its_lease_holds_nothing
            verdicts: a_check_waits_while_its_lane_is_held
            verdicts: a_lane_that_goes_on_takes_along_what_stopped_it
            verdicts: a_lane_that_goes_on_takes_along_a_check_that_stopped_it
            verdicts: a_lane_that_goes_on_hastens_nothing_else
            verdicts: queueing_one_again_releases_no_lane
            verdicts: queueing_the_dead_ones_of_a_lane_again_ends_its_hold
            verdicts: ending_the_hold_of_a_lane_queues_nothing_that_is_dead
            verdicts: a_hold_that_is_over_is_none_that_ends
            verdicts: queueing_all_dead_ones_again_ends_every_hold
            verdicts: a_limit_holds_over_the_lanes_beside_a_held_one
            private: personal_values_come_back_where_work_needs_them
            private: lists_show_no_personal_values
            private: personal_values_of_before_a_time_are_forgotten
            private: a_queued_delivery_keeps_its_personal_values_until_it_is_settled
            private: erasure_forgets_all_that_hangs_on_one_click
            private: erasure_of_a_click_forgets_the_events_that_only_name_it
            private: erasure_of_a_receipt_forgets_its_events_and_their_clicks
            private: old_deliveries_are_forgotten_but_for_queued_ones
            retention: old_clicks_go_unless_something_belongs_to_them
            retention: a_delivery_is_as_old_as_its_end_and_not_as_its_decision
            retention: dead_letters_that_go_are_counted
            retention: a_click_that_is_gone_can_be_recorded_again
            retention: a_decision_under_way_conflicts_with_the_removal_of_its_click
            retention: a_click_goes_with_all_that_hangs_on_it
            retention: a_click_stays_whole_as_long_as_one_of_its_events_is_young
            retention: a_click_stays_whole_as_long_as_a_delivery_is_to_be_sent
            retention: events_without_a_click_go_by_themselves
            retention: an_event_that_comes_again_after_its_click_is_gone_waits
            retention: a_receipt_is_forgotten_with_the_last_event_that_has_it
            retention: a_receipt_that_leads_to_a_click_stays
            retention: what_is_named_by_nobody_any_more_has_version_zero
            pages: conversions_are_listed_newest_first
            pages: a_changed_conversion_keeps_its_place
            pages: conversions_are_found_by_click_and_receipt
            pages: events_are_found_by_source_outcome_receipt_and_click
            pages: deliveries_are_found_by_state_id_conversion_and_click
            pages: no_row_is_shown_twice_or_missed_while_rows_arrive
            pages: a_full_last_page_has_no_next
            pages: a_foreign_cursor_is_a_misuse
            pages: a_cursor_of_another_list_is_a_misuse
            pages: orphans_are_listed_by_when_they_were_received
            pages: a_foreign_cursor_for_orphans_is_a_misuse
            pages: tallies_are_listed_by_click
            refused: erasure_forgets_the_bodies_that_name_the_click
            refused: a_body_is_kept_to_the_byte
            refused: bodies_are_listed_newest_first_by_source
            refused: one_body_twice_is_kept_once_and_the_same_bytes_later_are_another
            refused: a_ring_keeps_as_many_as_is_said_and_no_more
            refused: the_bound_of_the_last_write_is_the_bound
            refused: a_ring_keeps_as_many_bytes_as_is_said_and_the_newest_body
            refused: a_ring_of_tiny_bodies_is_bounded_by_what_their_rows_take
            refused: long_base64_is_kept_to_the_byte
            refused: what_is_doubtful_never_evicts_what_is_probable
            refused: what_is_probable_never_evicts_what_is_doubtful
            refused: postbacks_never_evict_notifications
            refused: notifications_never_evict_postbacks
            refused: refused_bodies_are_found_by_interface_reason_and_click
            refused: each_ring_is_counted_with_the_last_one_that_was_written
            refused: each_source_has_rings_of_its_own
            refused: bodies_expire_with_the_personal_values
            refused: bodies_of_a_source_expire_by_themselves
            refused: bodies_that_were_taken_in_are_forgotten_by_their_ids
        }
    };
}

macro_rules! listed {
    ($with:path; $($group:ident: $name:ident)+) => {
        [$((stringify!($name), $group::$name as Case)),+]
    };
}

/// Every case with its name.
pub fn suite() -> impl Iterator<Item = (&'static str, Case)> {
    __conformance_cases!([listed], suite).into_iter()
}

/// Declares one `#[test]` for each case of the suite; the argument is a function that takes a
/// [`Case`], opens an empty store and drives the case to its end. See [`crate::conformance`].
#[macro_export]
macro_rules! conformance_tests {
    ($check:path) => {
        $crate::__conformance_cases!([$crate::__conformance_test], $check);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_test {
    ($check:path; $($group:ident: $name:ident)+) => {
        $(#[test] fn $name() { $check($crate::conformance::$group::$name) })+
    };
}
