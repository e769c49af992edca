//! Every table of the document, with what is said of its keys.

use super::prose::{account, campaign, conversion_api, recipe, request, source, visitors};
use super::row::{About, about};

/// Every table. The document as a whole has no path.
pub(super) const TABLES: &[About] = &[
    about(
        "",
        "What belongs to the account as a whole. In TOML these keys stand before the first table.",
        &[account::ROOT],
    ),
    about(
        "conversion_type",
        "The types of conversions. Exactly one is the default.",
        &[account::CONVERSION_TYPE],
    ),
    about(
        "rate",
        "The exchange rates: one unit of `from` is `rate` units of `to`.",
        &[account::RATE],
    ),
    about(
        "domain",
        "The tracking domains, with which every printed URL begins.",
        &[account::DOMAIN],
    ),
    about("click_id", "How click ids are made.", &[account::CLICK_ID]),
    about(
        "retention",
        "How long rows are kept. What is not named is kept for ever, except personal values.",
        &[account::RETENTION],
    ),
    about(
        "offer_source",
        "Who reports conversions: a network, or an account there.",
        &[source::SOURCE],
    ),
    about(
        "offer_source.amounts",
        "How the source writes amounts, where it does not write them like `1250.50`.",
        &[source::AMOUNTS],
    ),
    about(
        "offer_source.times",
        "How the source writes times, where it writes neither Unix seconds nor RFC 3339.",
        &[source::TIMES],
    ),
    about(
        "offer_source.parameter",
        "The parameters that the source sends beside those that every postback has: at most 20.",
        &[source::PARAMETER],
    ),
    about(
        "offer_source.reply",
        "What the source wants to be answered, where it does not take our JSON.",
        &[source::REPLY],
    ),
    about(
        "offer_source.refused",
        "How much is kept of what was refused, to be looked at and taken in later: see `/api/refused`.",
        &[source::REFUSED],
    ),
    about("offer", "Where clicks are sent.", &[visitors::OFFER]),
    about(
        "recipe",
        "The conversion APIs of platforms that have no code of their own here, described as data. The guide \"Recipes\" \
         shows how one is written; `snapchat`, `reddit` and `pinterest` are shipped.",
        &[recipe::RECIPE],
    ),
    about(
        "recipe.body",
        "The members of a request beside its events.",
        &[recipe::MEMBER],
    ),
    about("recipe.event", "The members of an event.", &[recipe::MEMBER]),
    about(
        "recipe.answers",
        "What the platform's answers mean.",
        &[recipe::ANSWERS],
    ),
    about(
        "recipe.answers.success",
        "What an answer says when it means success.",
        &[recipe::SUCCESS],
    ),
    about(
        "recipe.answers.rows",
        "The list of an answer that speaks of single events.",
        &[recipe::ROWS],
    ),
    about(
        "conversion_api",
        "The accounts at ad platforms that campaigns tell of conversions: pixels, data sets, tags, advertisers' accounts.",
        &[conversion_api::CONVERSION_API],
    ),
    about(
        "conversion_api.consent",
        "Whether the visitors agreed that their data are used.",
        &[conversion_api::CONSENT],
    ),
    about(
        "traffic_channel",
        "Who sends visitors, and is told of their conversions.",
        &[visitors::CHANNEL],
    ),
    about(
        "traffic_channel.api",
        "The channel's own interface, by which campaigns are paused. It changes nothing yet.",
        &[visitors::API],
    ),
    about(
        "traffic_channel.postback",
        "The template of the postbacks of the channel's campaigns. A campaign's postback that has no `url` of its own \
         takes from it whatever it leaves out.",
        &[request::REQUEST],
    ),
    about("traffic_channel.postback.success", SUCCESS, &[request::SUCCESS]),
    about("traffic_channel.postback.retry", RETRY, &[request::RETRY]),
    about(
        "traffic_channel.parameter",
        "What the channel's click URLs carry, and where each value is kept.",
        &[visitors::PARAMETER],
    ),
    about(
        "campaign",
        "A channel's visitors, the offers that they are sent to, and what the channel is told.",
        &[campaign::CAMPAIGN],
    ),
    about("campaign.cost", "What the campaign's clicks cost.", &[campaign::COST]),
    about(
        "campaign.path",
        "Where the campaign's clicks are sent. Each click takes one path, by the weights.",
        &[campaign::PATH],
    ),
    about(
        "campaign.path.offers",
        "The offers of a path. Each click takes one, by the weights.",
        &[campaign::PATH_OFFER],
    ),
    about(
        "campaign.postback",
        "What the channel is told, and when. All conditions must hold.",
        &[campaign::POSTBACK, request::REQUEST],
    ),
    about(
        "campaign.postback.payout",
        "What the channel is told of the money: one of the two.",
        &[campaign::PAYOUT],
    ),
    about("campaign.postback.success", SUCCESS, &[request::SUCCESS]),
    about("campaign.postback.retry", RETRY, &[request::RETRY]),
    about(
        "campaign.conversion_api",
        "Of which of the campaign's conversions an account at an ad platform is told. It has the conditions of a postback.",
        &[conversion_api::CAMPAIGN_CONVERSION_API],
    ),
    about(
        "campaign.conversion_api.payout",
        "What `payout` is of the money: one of the two.",
        &[campaign::PAYOUT],
    ),
    about("campaign.conversion_api.retry", RETRY, &[request::RETRY]),
];

const SUCCESS: &str = "Which answers mean that the postback arrived. All that is said must hold.";
const RETRY: &str = "When a postback that did not arrive is sent again.";
