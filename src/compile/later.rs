//! Parts of the document that are checked for their shape and change nothing yet: conversion APIs,
//! a channel's own API.
//!
//! They are read so that a document may hold them and a mistyped key in them is refused.

use super::rows::{amount, named, refer};
use super::{Context, MAX_ROWS};
use crate::config::{MAX_ENTRIES, Table, one_of};
use crate::model::Status;
use crate::value::{PostbackId, SecretReference};
use alloc::vec::Vec;

/// The ad platforms with a conversion API.
const PLATFORMS: &[&str] = &["meta", "google", "tiktok", "microsoft"];

const KEYS: &[&str] = &[
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
];

/// `[[conversion_api]]`: the pixels that campaigns refer to.
pub(super) fn read(root: &Table<'_>, context: &Context<'_>) {
    let _: Vec<(PostbackId, ())> = named(root, "conversion_api", MAX_ROWS, KEYS, |row, _| {
        row.needed("platform", |word| one_of(word, "a platform", PLATFORMS));
        row.needed("token", str::parse::<SecretReference>);
        row.parsed("app_secret", str::parse::<SecretReference>);
        row.parsed("value", |text| match text {
            "revenue" | "payout" => Ok(()),
            fixed => amount(fixed).map(|_| ()),
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
        row.parsed_entries("events", |name, _| context.type_name(name));
        None
    });
}

/// `[[campaign.conversion_api]]`: which conversions go to which pixel.
pub(super) fn campaign_apis(campaign: &Table<'_>, context: &Context<'_>) {
    let keys = &["id", "api", "types", "statuses"];
    let _: Vec<(PostbackId, ())> = named(campaign, "conversion_api", MAX_ENTRIES, keys, |row, _| {
        row.needed("api", |text| {
            refer::<PostbackId>(text, "conversion API", &context.known.apis)
        });
        row.parsed_list("types", MAX_ENTRIES, |text| context.type_name(text));
        row.parsed_list("statuses", MAX_ENTRIES, |word| one_of(word, "a status", Status::ALL));
        None
    });
}

/// `api` of a traffic channel: how its campaigns are paused.
pub(super) fn channel_api(channel: &Table<'_>) {
    let Some(table) = channel.table("api") else { return };
    table.only(&["recipe", "key"]);
    table.needed("recipe", |text| if text.is_empty() { Err("is empty") } else { Ok(()) });
    table.needed("key", str::parse::<SecretReference>);
}
