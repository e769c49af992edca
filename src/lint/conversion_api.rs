//! Doubts about what ad platforms are told.

use super::recipe;
use crate::config::Place;
use crate::conversion_api::{Account, AdPlatform, names};
use crate::definition::{CampaignConversionApi, Consent, ConversionApi, Definition};
use crate::delivery::address::AddressPolicy;
use crate::model::{ApiMode, Counts, ParameterRole, Platform, Status};
use crate::tracker::{Campaign, Offer, Source, Tracker};
use crate::value::{OfferSourceId, TypeName};
use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};

pub(super) fn lint(definition: &Definition, root: &Place<'_>, tracker: &Tracker, policy: &AddressPolicy) {
    for (place, row) in root.rows("conversion_api", &definition.conversion_apis) {
        let campaigns = definition.campaigns.iter();
        let uses = campaigns.flat_map(|campaign| &campaign.conversion_apis);
        let uses = || uses.clone().filter(|rule| rule.api == row.id);
        if uses().next().is_none() {
            place.problem("no campaign names it under `[[campaign.conversion_api]]`, so it is told nothing");
        }
        if let Some(Err(denied)) = row.endpoint.as_deref().map(|origin| policy.check(origin)) {
            place.at("endpoint").problem(format!("is not called: {denied}"));
        }
        tested(row, &place);
        consent(row, &place);
        if let Some(account) = tracker.tables.accounts.get(&row.id) {
            shared(row, account, &place.at("events"), tracker);
            nameless(row, account, uses(), &place.at("events"));
            let told = told(uses(), tracker);
            match account.recipe() {
                Some(recipe) => recipe::custom(account, recipe, &told, &place.at("events")),
                None => custom(account, &told, &place.at("events")),
            }
        }
    }
    for (place, row) in root.rows("campaign", &definition.campaigns) {
        let Some(campaign) = tracker.tables.campaigns.get(&row.id) else {
            continue;
        };
        for (place, rule) in place.rows("conversion_api", &row.conversion_apis) {
            if let Some(account) = tracker.tables.accounts.get(&rule.api) {
                unknown_person(account, campaign, tracker, &place.at("api"));
                undecided(rule, account.platform(), campaign, tracker, &place.at("statuses"));
            }
        }
    }
}

/// Warns of what belongs to a test and was left in.
fn tested(row: &ConversionApi, place: &Place<'_>) {
    if row.test_event_code.is_some() {
        let said = match row.platform {
            Some(Platform::Meta) => {
                "events with a test code are shown in Meta's test view and count all the same; take the code out when the test is over"
            }
            _ => "everything is sent as a test; take the code out when the test is over",
        };
        place.at("test_event_code").problem(said);
    }
    if row.validate_only {
        let who = match row.platform {
            Some(Platform::Google) => "Google",
            _ => "the platform",
        };
        let said = format!("{who} checks the requests and counts nothing; take it out when the test is over");
        place.at("validate_only").problem(said);
    }
}

fn consent(row: &ConversionApi, place: &Place<'_>) {
    let consent = row.consent.as_ref();
    let says = |consent: &Consent| consent.ad_user_data.is_some() || consent.role.is_some();
    if consent.is_some_and(says) {
        return;
    }
    let said = match row.platform {
        Some(Platform::Google) => {
            "Google is told of no consent to `ad_user_data`, so it drops the conversions of people in the European \
             Economic Area; if your visitors agreed, say so, or name the `role` of a parameter that says it"
        }
        // Offline conversions have no place for consent.
        Some(Platform::Microsoft) if row.mode == Some(ApiMode::Offline) => return,
        Some(Platform::Microsoft) => {
            "Microsoft is told of no consent, and takes it as granted; say whether your visitors agreed, as in \
             `{ ad_user_data = \"denied\" }`"
        }
        Some(Platform::Meta | Platform::TikTok) | None => return,
    };
    place.at("consent").problem(said);
}

/// Warns of payments after a sale that are told as the sale itself is.
fn shared(row: &ConversionApi, account: &Account, place: &Place<'_>, tracker: &Tracker) {
    let kind = match row.platform {
        Some(Platform::Google) => "conversion action",
        Some(Platform::Microsoft) => "goal",
        Some(Platform::Meta | Platform::TikTok) | None => return,
    };
    let counts = |type_name: &TypeName| tracker.tables.types.get(type_name).map(|known| known.counts);
    for (type_name, event) in account.events() {
        let same = |other: &(&TypeName, &str)| other.1 == event && counts(other.0) == Some(Counts::Sale);
        let sale = account.events().find(same);
        if counts(type_name) == Some(Counts::Revenue)
            && let Some((sale, _)) = sale
        {
            place.at(type_name.as_str()).problem(format!(
                "shares the {kind} of `{sale}`: one that counts once per click drops it, and any other counts it as \
                 another sale; give it a {kind} of its own, or \"\" to tell nothing"
            ));
        }
    }
}

/// The types of which an account is told.
fn told<'a>(rules: impl Iterator<Item = &'a CampaignConversionApi>, tracker: &'a Tracker) -> BTreeSet<&'a TypeName> {
    let mut told = BTreeSet::new();
    for rule in rules {
        if rule.types.is_empty() {
            told.extend(tracker.tables.types.keys());
        }
        told.extend(&rule.types);
    }
    told
}

/// Warns of types that a rule names and that have no conversion action at Google, or no goal among
/// Microsoft's offline conversions.
fn nameless<'a>(
    row: &ConversionApi,
    account: &Account,
    rules: impl Iterator<Item = &'a CampaignConversionApi>,
    place: &Place<'_>,
) {
    let (thing, its) = match account.interface() {
        "google" | "google_ads" => ("conversion action", "id"),
        "microsoft_offline" => ("goal", "name"),
        _ => return,
    };
    let named: BTreeSet<&TypeName> = rules.flat_map(|rule| &rule.types).collect();
    let has_action = |wanted: &TypeName| account.events().any(|(known, _)| known == wanted);
    for type_name in named.into_iter().filter(|name| !has_action(name)) {
        if !row.events.contains_key(type_name.as_str()) {
            place.problem(format!(
                "has no {thing} for `{type_name}`, so that it is told nothing; add its {its}, or \"\" if that is meant"
            ));
        }
    }
}

/// Warns of events that TikTok may not know.
fn custom(account: &Account, told: &BTreeSet<&TypeName>, place: &Place<'_>) {
    if *account.platform() != Platform::TikTok {
        return;
    }
    let standard = names::standard(Platform::TikTok);
    let events = account.events().filter(|(type_name, _)| told.contains(type_name));
    for (type_name, event) in events.filter(|(_, event)| !standard.contains(event)) {
        place.at(type_name.as_str()).problem(format!(
            "`{}` is none of TikTok's standard events, and TikTok takes a custom one only while it is enabled for the \
             pixel; name a standard one, or \"\" to tell nothing",
            event.escape_debug()
        ));
    }
}

/// Warns of a rule that tells a platform of sales which may never be paid.
fn undecided(
    rule: &CampaignConversionApi,
    platform: &AdPlatform,
    campaign: &Campaign,
    tracker: &Tracker,
    place: &Place<'_>,
) {
    let earns = |name: &TypeName| {
        let known = tracker.tables.types.get(name);
        known.is_some_and(|known| matches!(known.counts, Counts::Sale | Counts::Revenue))
    };
    let tells_money = rule.types.is_empty() || rule.types.iter().any(earns);
    let asks = rule.matches.contains_key("status") || rule.when.iter().any(|clause| clause.name() == "status");
    if !rule.statuses.is_empty() || !tells_money || asks {
        return;
    }
    let revenue = &tracker.tables.revenue_statuses;
    let offers = offers(campaign, tracker).filter_map(|offer| offer.default_status);
    let of_sources =
        sources(campaign, tracker).flat_map(|source| source.statuses.values().copied().chain([source.default_status]));
    let unpaid: BTreeSet<Status> = of_sources
        .chain(offers)
        .filter(|status| !revenue.contains(status))
        .collect();
    if unpaid.is_empty() {
        return;
    }
    let unpaid: Vec<String> = unpaid.iter().map(ToString::to_string).collect();
    let paid: Vec<String> = revenue.iter().map(|status| format!("\"{status}\"")).collect();
    place.problem(format!(
        "there are none, so {platform} is told of a sale that is {} as of any other; name \
         those that count, as in `statuses = [{}]`",
        unpaid.join(" or "),
        paid.join(", ")
    ));
}

fn offers<'a>(campaign: &'a Campaign, tracker: &'a Tracker) -> impl Iterator<Item = &'a Offer> + 'a {
    let offers = campaign.paths.iter().flat_map(|path| &path.offers);
    offers.filter_map(|(id, _)| tracker.tables.offers.get(id))
}

/// The sources of a campaign's offers; all of them if it has none.
fn sources<'a>(campaign: &'a Campaign, tracker: &'a Tracker) -> impl Iterator<Item = &'a Source> + 'a {
    let named: BTreeSet<&OfferSourceId> = offers(campaign, tracker).map(|offer| &offer.source).collect();
    let sources = tracker.tables.sources.values();
    sources.filter(move |source| named.is_empty() || named.contains(&source.id))
}

/// Warns of a rule by which no person and no click can be known.
fn unknown_person(account: &Account, campaign: &Campaign, tracker: &Tracker, place: &Place<'_>) {
    let channel = tracker.tables.channels.get(&campaign.channel);
    let knows_click = channel.is_some_and(|channel| channel.roles.keys().any(|role| account.knows_click_by(role)));
    let roles =
        sources(campaign, tracker).flat_map(|source| source.parameters.iter().filter_map(|row| row.role.as_ref()));
    let roles: Vec<&ParameterRole> = roles.collect();
    let platform = account.platform();
    if let Some(recipe) = account.recipe() {
        let has_click_id = |role: &ParameterRole| channel.is_some_and(|channel| channel.roles.contains_key(role));
        let has_role = |word: &str| roles.iter().any(|role| role.as_str() == word);
        if !recipe::can_be_told(account, recipe, has_click_id, has_role) {
            place.problem(format!(
                "nothing is ever sent: recipe `{platform}` wants {}, and nothing on channel `{}` or of the sources of the \
                 offers fills them",
                recipe.recipe.one_of.join(", or "),
                campaign.channel
            ));
            return;
        }
    }
    let knows_person = roles.iter().any(|role| account.knows_person_by(role));
    if knows_click || knows_person {
        return;
    }
    let rest = match platform {
        AdPlatform::Known(Platform::Google | Platform::Microsoft) => "nothing is ever sent",
        _ => "it would know people by their address and user agent alone",
    };
    place.problem(format!(
        "channel `{}` has no parameter with the role of a click id of {platform}, and no source of the offers has one \
         with a role such as `email` that the platform may be told, so {rest}",
        campaign.channel
    ));
}
