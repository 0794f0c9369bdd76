//! What the pair promises, and the tests that hold it to that: a promise whose test is gone is found here.

use std::{fs, path::Path};

/// A promise with its tests.
type Promise = (&'static str, &'static [&'static str]);

const PROMISES: &[Promise] = &[
    (
        "a code is unique per merchant; what is not known is absent and flags the ISKU, which blocks nothing",
        &[
            "a_code_is_unique_per_merchant",
            "a_new_single_brings_its_isku_with_opening_stock",
            "ensuring_answers_each_item_by_itself",
        ],
    ),
    (
        "a rename keeps the old code as an alias; what is archived has no units, keeps its codes, and can be used again",
        &[
            "a_renamed_isku_is_found_by_every_code_it_had",
            "an_isku_is_renamed_by_a_former_code_too",
            "a_code_of_another_isku_cannot_be_taken",
            "an_isku_with_units_cannot_be_archived",
            "an_archived_isku_keeps_its_code_and_takes_part_in_nothing",
            "an_archived_isku_can_be_taken_into_use_again",
        ],
    ),
    (
        "codes are data: trimmed, normalised, else kept, compared byte for byte",
        &[
            "codes_are_compared_byte_for_byte",
            "codes_are_trimmed_and_normalised_and_else_kept",
            "ten_thousand_odd_codes_are_kept_or_refused",
            "a_prefix_is_data_and_no_pattern",
        ],
    ),
    (
        "a listing is identified by its CSKU or the channel's id, and keeps its identity when the other comes",
        &[
            "a_listing_is_identified_by_its_csku_or_the_channels_id",
            "a_listing_without_csku_keeps_its_identity_when_the_code_comes",
            "a_known_listing_under_another_code_is_a_finding",
            "a_renamed_listing_is_stable_however_far_apart_its_two_names_stand",
            "the_same_file_with_skus_updates_the_same_listings",
            "a_product_that_gains_variants_keeps_what_it_sold",
            "a_product_that_loses_its_variants_keeps_what_it_sold",
            "codes_that_change_places_are_renames",
            "a_chain_of_renamed_codes_counts_nothing_twice",
            "an_order_takes_what_the_channel_calls_so_now",
            "a_rename_is_accepted_and_its_former_code_goes_on",
            "one_code_on_two_listings_sells_one_isku",
            "a_code_that_sells_different_goods_is_refused_by_listing_id",
            "an_unknown_id_is_relisted_only_where_the_old_one_is_gone",
            "a_copy_of_a_renamed_listing_sells_its_goods",
            "random_shops_count_each_good_once",
        ],
    ),
    (
        "seller ids are personal data, compared without case only as addresses; an account is connected once per merchant",
        &[
            "seller_ids_compare_without_case_only_as_addresses",
            "a_sellers_id_is_in_no_log_and_no_refusal",
            "a_shop_is_connected_once_per_merchant",
        ],
    ),
    (
        "a single sells one ISKU, by default that with its code; a manual mapping survives every sync",
        &[
            "a_single_takes_the_isku_with_its_own_code",
            "a_single_sells_exactly_one_isku",
            "a_manual_mapping_survives_every_later_sync",
            "different_barcodes_are_different_goods",
        ],
    ),
    (
        "a kit sells all of its components, each ISKU once; stock that a sync adopted is not counted twice",
        &[
            "a_kit_of_the_feed_sells_all_of_its_components",
            "a_kit_cannot_go_live_without_every_component",
            "turning_a_single_into_a_kit_is_one_call",
            "adopted_stock_is_not_counted_twice_in_a_kit",
            "adopted_stock_is_written_off_with_the_change_into_a_kit",
            "adopted_stock_that_was_moved_is_not_guessed_at",
            "a_write_off_that_was_killed_is_healed_by_repeating",
        ],
    ),
    (
        "a group offers its members and has no stock, mapping or order of its own",
        &[
            "a_group_offers_its_members",
            "a_group_that_names_members_and_is_named_by_variants_is_settled_in_one_run",
            "a_group_lets_go_of_what_it_names_no_more",
            "what_is_retired_is_not_offered",
            "a_group_has_no_mapping_of_its_own",
            "an_order_for_a_parent_sku_is_refused",
            "a_group_is_published_with_every_unready_member_named",
            "ready_only_publishes_the_rest_of_a_group",
        ],
    ),
    (
        "what is not stock-tracked is never mapped and has no quantity",
        &[
            "an_untracked_listing_needs_no_isku",
            "what_has_no_stock_offers_no_quantity",
            "lines_without_stock_are_answered_and_take_nothing",
        ],
    ),
    (
        "state gates offering, never honouring",
        &["an_order_is_honoured_published_or_not", "unpublishing_changes_the_intent_only"],
    ),
    (
        "a listing without its ISKU cannot go live and says why; with it, it can",
        &[
            "a_listing_without_its_isku_cannot_go_live",
            "a_listing_goes_live_once_its_isku_is_there",
            "listings_without_a_code_need_an_isku_and_go_live_once_mapped",
        ],
    ),
    (
        "duplicates are findings, refused under BLOCK, recorded under WARN, closed with their cause",
        &[
            "a_mapping_that_creates_a_duplicate_is_refused",
            "a_publish_of_a_duplicate_is_refused_under_block",
            "with_a_warning_only_the_duplicate_is_listed",
            "a_duplicate_is_closed_when_its_cause_is_gone",
            "a_kit_may_share_the_isku_of_a_single",
            "the_same_csku_on_another_channel_is_normal",
            "a_different_csku_on_another_account_is_an_advisory_finding",
            "near_duplicate_codes_are_found",
            "a_repeated_code_is_settled_by_a_partial_sync_that_states_it_once",
        ],
    ),
    (
        "a remap is previewed, names its revision, and leaves history and open reservations alone",
        &[
            "a_preview_changes_nothing",
            "a_preview_shows_what_orders_hold_of_the_listing",
            "what_was_sold_before_a_remap_is_shipped_from_the_old_isku",
            "every_revision_that_holds_what_is_sold_now_is_shown",
            "what_is_mapped_is_remapped_at_its_revision",
            "every_mapping_is_kept_with_who_and_why",
            "the_same_order_after_a_remap_keeps_its_reservation",
        ],
    ),
    (
        "stock never oversells, on any engine, at any number of replicas",
        &[
            "exactly_what_there_is_gets_reserved",
            "overlapping_kits_never_block_each_other",
            "the_table_itself_refuses_to_oversell",
            "lines_that_share_a_component_are_summed",
            "the_service_answers_as_the_model_does",
            "whatever_happens_at_once_every_unit_is_accounted_for",
        ],
    ),
    (
        "one order of the calls explains every answer, at any replica, whatever is lost on the way",
        &["one_order_explains_every_answer", "an_answer_that_is_altered_is_refused", "a_service_with_a_bug_is_refused"],
    ),
    (
        "every change of stock is a movement, and the ledger proves itself",
        &[
            "movements_carry_the_quantities_after_them",
            "the_proof_counts_what_it_checked",
            "every_damaged_row_is_found_and_named",
            "every_damaged_column_is_found_and_named",
            "rows_that_were_there_before_get_their_digests",
            "a_proof_beside_writers_finds_no_false_fault",
            "a_proof_holds_no_snapshot_for_long",
        ],
    ),
    (
        "movements are traced",
        &[
            "movements_are_traced_by_order_isku_csku_and_document",
            "an_order_is_traced_from_its_first_movement_to_its_last",
            "movements_are_listed_from_a_time_to_before_another",
        ],
    ),
    (
        "a person finds an ISKU by what is known of it, however many there are",
        &[
            "the_best_match_comes_first",
            "a_name_is_found_in_any_writing",
            "no_search_and_no_trace_scans_a_table",
            "a_common_word_is_looked_up_with_as_few_rows_as_a_rare_one",
        ],
    ),
    (
        "every unit is held, shipped or released",
        &[
            "units_are_held_then_shipped_in_parts",
            "releasing_gives_units_back_and_may_be_repeated",
            "what_is_shipped_cannot_be_released",
            "more_than_is_held_is_refused_with_the_numbers",
        ],
    ),
    (
        "a reservation is all or nothing, or on request what there is, short of the rest",
        &[
            "a_kit_needs_every_component",
            "a_kit_order_reserves_all_of_its_components_or_none",
            "a_partial_reservation_takes_what_there_is_and_says_what_is_short",
            "a_kit_is_taken_in_whole_units",
            "its_own_hold_counts_as_available",
            "orders_take_from_locations_by_their_priority",
        ],
    ),
    (
        "what is due is free for the very next call; confirm and expire exclude each other",
        &[
            "what_is_due_is_free_for_the_very_next_call",
            "what_is_due_is_free_in_every_read",
            "what_is_due_is_listed_as_expired_before_it_is_swept",
            "expiring_frees_every_row_that_the_reservation_holds",
            "a_confirmed_reservation_is_never_due",
            "a_confirmed_order_that_was_shipped_stays_confirmed_when_it_wants_more",
            "a_sweeper_that_is_killed_in_the_middle_loses_nothing",
            "a_count_goes_by_the_sequence_that_was_read_while_units_were_due",
            "what_is_due_cannot_be_confirmed_extended_amended_or_shipped",
            "a_confirm_and_an_expiry_at_once_exclude_each_other",
        ],
    ),
    (
        "a count below what is reserved is refused and named, or the newest held give way; confirmed ones must be named",
        &[
            "what_would_leave_less_than_is_reserved_is_refused_and_named",
            "the_newest_held_reservations_give_way_first",
            "a_confirmed_reservation_gives_way_only_when_it_is_named",
        ],
    ),
    (
        "a request is applied once, twins get one answer, a refusal leaves no record",
        &[
            "twins_get_one_answer",
            "a_receipt_asked_for_twice_is_booked_once",
            "a_reserve_asked_for_twice_holds_once",
            "a_refusal_leaves_no_record_of_its_request",
            "a_commit_whose_answer_is_lost_is_found_again",
            "what_was_answered_before_the_kill_is_there_after_it",
            "a_storm_loses_nothing_applies_nothing_twice_and_oversells_nothing",
        ],
    ),
    (
        "an order is reserved once, for ever",
        &[
            "an_order_is_reserved_once_for_ever",
            "an_order_placed_twice_at_once_is_one_reservation",
            "a_cancelled_order_is_never_booked_again",
            "the_same_order_with_other_lines_is_refused",
            "an_expired_order_is_reserved_again_under_its_id",
            "a_partial_order_asked_for_again_is_the_same",
        ],
    ),
    (
        "a sync creates what is missing, adopts opening stock only then, and never writes stock that is there",
        &[
            "a_connected_shop_waits_for_its_first_sync",
            "an_existing_iskus_stock_is_never_written",
            "parents_bundles_and_untracked_items_create_no_isku",
            "each_type_of_product_becomes_its_kind_of_listing",
        ],
    ),
    (
        "a sync is resumed, answers per item, and changes nothing when repeated",
        &[
            "an_account_has_one_open_session",
            "an_upload_that_was_killed_is_resumed",
            "a_completion_that_was_killed_goes_on_where_it_stopped",
            "iskus_that_were_ensured_before_the_kill_are_mapped_after_it",
            "a_code_that_repeats_is_applied_for_none_of_its_rows",
            "one_bad_item_never_stops_the_rest",
            "the_same_snapshot_again_changes_nothing",
            "a_second_run_changes_nothing_and_keeps_what_was_remapped",
        ],
    ),
    (
        "a truncated feed never delists a shop, and what is retired comes back with its mapping",
        &[
            "a_truncated_feed_is_held_for_review",
            "a_wrong_count_retires_nothing",
            "a_full_sync_retires_what_it_no_longer_brings",
            "a_retired_listing_comes_back_with_its_mapping",
        ],
    ),
    (
        "a listing has one category, which its item brings along; a shop owns its tree, a marketplace's is shared",
        &["a_category_comes_with_its_item", "shops_own_their_categories_and_marketplaces_share_theirs"],
    ),
    (
        "an offer tells the limiting ISKU and the rule that cut it",
        &["a_kit_offers_the_fewest_whole_kits_and_names_the_limit", "a_buffer_is_held_back_and_a_maximum_caps"],
    ),
    (
        "an order is allocated in one call, and the catalogue keeps nothing of it",
        &["the_same_order_again_returns_the_first_reservation", "cancelling_gives_everything_back_and_may_be_repeated"],
    ),
    (
        "a watch misses nothing and no key of it goes back, whoever commits, is cut off or restores a backup",
        &[
            "a_watch_goes_on_behind_its_cursor",
            "a_snapshot_tells_all_stock_and_then_what_changes",
            "an_idle_watch_says_so_within_a_second",
            "consumers_that_are_cut_off_miss_nothing_and_see_nothing_go_back",
            "what_an_older_transaction_writes_at_last_is_not_missed",
            "a_sequence_that_an_older_transaction_writes_later_is_told_later",
            "no_watch_goes_on_over_a_restored_file",
            "a_cursor_of_a_future_that_was_lost_is_refused",
            "a_copy_of_a_database_is_told_by_itself",
            "a_cursor_that_is_too_old_is_refused_with_the_way_out",
        ],
    ),
    (
        "nobody reads, takes or infers what is another merchant's",
        &[
            "every_rpc_needs_a_credential_of_the_merchant",
            "the_others_iskus_are_not_there",
            "the_others_reservations_are_not_there",
            "a_watch_tells_nothing_of_the_others",
            "the_others_shop_and_listings_are_not_there",
        ],
    ),
    (
        "bad input never breaks anything and is always explained, all of it at once",
        &[
            "no_input_breaks_inventory",
            "no_input_breaks_the_catalogue",
            "every_missing_field_of_an_isku_is_named",
            "every_limit_is_kept_to_the_unit",
        ],
    ),
    (
        "the pair drains, tells its health, passes deadlines and traces on, and stays useful alone",
        &[
            "a_service_that_is_asked_to_stop_finishes_its_calls",
            "a_watch_is_told_that_the_service_drains",
            "health_is_told_without_a_credential",
            "what_is_left_of_the_deadline_is_passed_on",
            "the_callers_trace_goes_on_in_inventory",
            "inventory_away_stops_only_what_needs_it",
        ],
    ),
    (
        "replicas may start at once, and every key starts with the merchant",
        &["replicas_that_start_at_once_migrate_once", "merchant_comes_first_in_every_primary_key"],
    ),
    (
        "what cannot be stored is refused and told, and what was answered is there, whatever holds the data",
        &[
            "nothing_that_is_answered_after_a_full_disk_is_lost",
            "a_full_disk_of_postgres_costs_no_answer",
            "a_file_that_may_not_grow_costs_no_answer",
            "a_database_that_was_taken_away_is_written_into_no_more",
            "damage_of_a_file_is_told",
            "damage_of_a_file_of_postgres_is_told",
        ],
    ),
    ("a seller's own stock sheet goes in as it is", &["every_row_of_the_sheet_is_accounted_for"]),
];

#[test]
fn every_promise_has_the_tests_that_hold_it() {
    let mut source = String::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut source);

    let missing: Vec<_> = PROMISES
        .iter()
        .flat_map(|(promise, tests)| tests.iter().map(move |test| (promise, test)))
        .filter(|(_, test)| !source.contains(&format!("async fn {test}(")))
        .map(|(promise, test)| format!("{test}: {promise}"))
        .collect();

    assert!(missing.is_empty(), "no such test:\n{}", missing.join("\n"));
    assert!(PROMISES.iter().all(|(_, tests)| !tests.is_empty()));
}

fn read(folder: &Path, source: &mut String) {
    for entry in fs::read_dir(folder).expect("a readable tree") {
        let path = entry.expect("a readable tree").path();
        if path.is_dir() {
            read(&path, source);
        } else {
            source.push_str(&fs::read_to_string(&path).expect("a readable file"));
        }
    }
}
