//! Parts of the definition that are checked and change nothing yet: conversion APIs, a channel's
//! own API.

use super::context::Context;
use super::rows::{named, refer};
use crate::config::{Place, Refusal, one_of};
use crate::definition::{Campaign, ChannelApi, Definition};
use crate::value::{Amount, PostbackId};
use alloc::{format, vec::Vec};

/// The ad platforms with a conversion API.
const PLATFORMS: &[&str] = &["meta", "google", "tiktok", "microsoft"];

/// `[[conversion_api]]`: the pixels that campaigns refer to.
pub(super) fn resolve(definition: &Definition, root: &Place<'_>, context: &Context<'_>) {
    let rows = (root, "conversion_api", definition.conversion_apis.as_slice());
    let _: Vec<(PostbackId, ())> = named(rows, ("id", |row| &row.id), |row, place| {
        let platform = one_of(row.platform.as_str(), "a platform", PLATFORMS);
        place.at("platform").accept(platform);
        if let Some(value) = &row.value {
            place.at("value").accept(told(value));
        }
        let events = place.at("events");
        for name in row.events.keys() {
            let place = events.at(name);
            if let Some(name) = place.accept(name.parse()) {
                context.type_name(&name, &place);
            }
        }
        None
    });
}

/// Checks the value that is told of a conversion.
fn told(text: &str) -> Result<(), Refusal> {
    match text {
        "revenue" | "payout" => Ok(()),
        fixed => match fixed.parse::<Amount>()? {
            amount if amount.is_negative() => Err(format!("`{amount}` is negative").into()),
            _ => Ok(()),
        },
    }
}

/// `[[campaign.conversion_api]]`: which conversions go to which pixel.
pub(super) fn campaign_apis(campaign: &Campaign, place: &Place<'_>, context: &Context<'_>) {
    let rows = (place, "conversion_api", campaign.conversion_apis.as_slice());
    let _: Vec<(PostbackId, ())> = named(rows, ("id", |row| &row.id), |row, place| {
        refer(&row.api, "conversion API", &context.known.apis, &place.at("api"));
        context.type_names(&row.types, "types", place);
        None
    });
}

/// `api` of a traffic channel: how its campaigns are paused.
pub(super) fn channel_api(api: &ChannelApi, place: &Place<'_>) {
    if api.recipe.is_empty() {
        place.at("recipe").problem("is empty");
    }
}
