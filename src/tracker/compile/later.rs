//! Parts of the document that are checked for their shape and change nothing yet: conversion APIs, a channel's own API.
//!
//! They are read so that a document may hold them and a mistyped key in them is refused.

use super::{Context, MAX_ROWS, amount, name, refer};
use crate::config::{MAX_ENTRIES, Refusal, Table, one_of, secret_reference};
use crate::model::Status;
use crate::value::PostbackId;
use alloc::collections::BTreeSet;

/// The ad platforms with a conversion API.
const PLATFORMS: [&str; 4] = ["meta", "google", "tiktok", "microsoft"];

/// `[[conversion_api]]`: the pixels that campaigns refer to.
pub(super) fn read(root: &Table<'_>, context: &Context<'_>) {
    let mut seen = BTreeSet::<PostbackId>::new();
    for row in root.rows("conversion_api", MAX_ROWS) {
        row.only(&[
            "id",
            "platform",
            "pixel",
            "token",
            "app_secret",
            "api_version",
            "action_source",
            "event_source_url",
            "event_id",
            "value",
            "test_event_code",
            "events",
        ]);
        name(&row, "id", &mut seen);
        row.needed("platform", |word| {
            if PLATFORMS.contains(&word) {
                Ok(())
            } else {
                Err(Refusal::word(word, "a platform", PLATFORMS))
            }
        });
        row.needed("token", secret_reference);
        row.parsed("app_secret", secret_reference);
        row.parsed("value", |text| match text {
            "revenue" | "payout" => Ok(()),
            other => amount(other).map(|_| ()),
        });
        for key in [
            "pixel",
            "api_version",
            "action_source",
            "event_source_url",
            "event_id",
            "test_event_code",
        ] {
            row.text(key);
        }
        if let Some(events) = row.table("events") {
            for (_, word, _) in row.text_entries("events") {
                if let Err(refusal) = context.type_name(word) {
                    row.refuse(events.at(word), refusal);
                }
            }
        }
    }
}

/// `[[campaign.conversion_api]]`: which conversions go to which pixel.
pub(super) fn campaign_apis(campaign: &Table<'_>, context: &Context<'_>) {
    let mut seen = BTreeSet::<PostbackId>::new();
    for row in campaign.rows("conversion_api", MAX_ENTRIES) {
        row.only(&["id", "api", "types", "statuses"]);
        name(&row, "id", &mut seen);
        row.needed("api", |text| {
            refer::<PostbackId>(text, "conversion API", &context.known.apis)
        });
        row.parsed_list("types", MAX_ENTRIES, |text| context.type_name(text));
        row.parsed_list("statuses", MAX_ENTRIES, |word| one_of(word, "a status", Status::ALL));
    }
}

/// `api` of a traffic channel: how its campaigns are paused.
pub(super) fn channel_api(channel: &Table<'_>) {
    let Some(table) = channel.table("api") else { return };
    table.only(&["recipe", "key"]);
    table.needed("recipe", |text| if text.is_empty() { Err("is empty") } else { Ok(()) });
    table.needed("key", secret_reference);
}
