//! Campaigns, and the pixels that they refer to.

use crate::reference::row::{NONE, Row, is, rows, said};

rows! { CAMPAIGN {
    "id", NONE,
    "The name that stands in its click URL, as in `https://trk.example.com/summer`.",
    "\"summer\"";
    "title", said("its `id`"),
    "Its name for people, and `{campaignname}`.",
    "\"Summer sale\"";
    "channel", NONE,
    "The traffic channel that sends its visitors.",
    "\"push\"";
    "domain", said("the only domain, if there is one alone"),
    "The domain of its click URL.",
    "\"main\"";
    "cost", NONE,
    "What its clicks cost where they do not say so.",
    "{ model = \"cpc\", amount = \"0.02\" }";
    "path", NONE,
    "Where its clicks are sent. Offers stand in a path, also where there is only one.",
    "[{ offers = [{ offer = \"book\" }] }]";
    "postback", NONE,
    "What the channel is told.",
    "[{ id = \"sales\", types = [\"Purchase\"], statuses = [\"approved\"] }]";
    "conversion_api", NONE,
    "What pixels are told. It changes nothing yet.",
    "[{ id = \"fb-events\", api = \"fb-main\" }]";
} }

rows! { COST {
    "model", NONE,
    "What is paid for: a click (`cpc`), a conversion (`cpa`), a thousand impressions (`cpm`) or pop-ups (`popcpm`), a \
     share of the revenue (`revshare`), or nothing. Only `cpc` changes anything yet.",
    "\"cpc\"";
    "amount", said("none; every model but `none` needs it"),
    "How much, in the channel's currency; of `revshare` a percentage.",
    "\"0.02\"";
} }

rows! { PATH {
    "weight", is("100"),
    "Its share among the paths.",
    "50";
    "offers", said("none, and one is needed"),
    "The offers of the path.",
    "[{ offer = \"book\", weight = 100 }]";
} }

rows! { PATH_OFFER {
    "offer", NONE,
    "The `id` of the offer.",
    "\"book\"";
    "weight", is("100"),
    "Its share among the offers of the path.",
    "50";
} }

rows! { POSTBACK {
    "id", NONE,
    "Its name within the campaign. It is part of the ids of its deliveries, so do not change it.",
    "\"sales\"";
    "values", NONE,
    "What fills the blanks of the channel's template, by the name of the parameter.",
    "{ goal = \"7\" }";
    "types", said("every type"),
    "The conversion types that it is sent for.",
    "[\"Purchase\"]";
    "statuses", said("every status"),
    "The statuses that it is sent for.",
    "[\"approved\"]";
    "updates", is("\"first_match\""),
    "When it is sent again after the conversion has changed: once, at the first match; at every change that matches; or \
     never, so only when the conversion is made.",
    "\"every_change\"";
    "negative", is("\"skip\""),
    "What it does with money that is taken back.",
    "\"send\"";
    "payout", is("{ percent = \"100\" }"),
    "What the channel is told of the money.",
    "{ percent = \"80\" }";
    "min_payout", NONE,
    "The least payout that is sent, in the channel's currency.",
    "\"10.00\"";
    "share", NONE,
    "Of how many percent of the clicks the conversions are sent. A sale and what follows it are sent together.",
    "\"30\"";
    "within", NONE,
    "The longest time from the click to the conversion.",
    "\"1d 12h\"";
    "where", NONE,
    "By the name of a parameter, the text that it must have.",
    "{ sub1 = \"a\" }";
    "require", said("the parameters that the channel requires, such as `ref_id`"),
    "The parameters that must be there besides.",
    "[\"sub1\"]";
    "when", NONE,
    "Any other conditions, as `docs/design/rules-and-parameters.md` has them.",
    "[\"payout at least 10.00\", \"country not in US, CA\"]";
    "test", is("false"),
    "Whether conversions that the network marked as tests are sent too.",
    "true";
} }

rows! { PAYOUT {
    "percent", NONE,
    "The share of it that the channel is told.",
    "\"80\"";
    "fixed", NONE,
    "What the channel is always told, in its currency.",
    "\"25.00\"";
} }

rows! { CONVERSION_API {
    "id", NONE,
    "The name by which campaigns refer to it.",
    "\"fb-main\"";
    "platform", NONE,
    "The platform: `meta`, `google`, `tiktok` or `microsoft`.",
    "\"meta\"";
    "pixel", NONE,
    "The number of the pixel.",
    "\"123456789012345\"";
    "token", NONE,
    "A reference to its token.",
    "\"env:META_TOKEN\"";
    "app_secret", NONE,
    "A reference to the secret of the app.",
    "\"env:META_APP_SECRET\"";
    "api_version", NONE,
    "The version of the platform's interface.",
    "\"v23.0\"";
    "action_source", NONE,
    "Where the conversion happened, in the platform's words.",
    "\"website\"";
    "event_source_url", NONE,
    "The page of the conversion.",
    "\"https://www.example.com/offer\"";
    "event_id", NONE,
    "A template of the id by which the events of browser and server are one.",
    "\"{event_id}\"";
    "value", NONE,
    "What the platform is told of the money: `revenue`, `payout` or a fixed amount.",
    "\"revenue\"";
    "test_event_code", NONE,
    "What marks the events as tests.",
    "\"TEST61045\"";
    "events", NONE,
    "By the conversion type, the platform's word for it.",
    "{ Purchase = \"Purchase\", Upsell = \"Purchase\" }";
} }

rows! { CAMPAIGN_CONVERSION_API {
    "id", NONE,
    "Its name within the campaign.",
    "\"fb-events\"";
    "api", NONE,
    "The `id` of the pixel.",
    "\"fb-main\"";
    "types", said("every type"),
    "The conversion types that are told.",
    "[\"Purchase\"]";
    "statuses", said("every status"),
    "The statuses that are told.",
    "[\"approved\"]";
} }
