//! Campaigns, and the pixels that they refer to.

use crate::reference::row::{NONE, Row, is, rows, said};

rows! { CAMPAIGN {
    "id", NONE,
    "The name in its click URL, as in `https://trk.example.com/summer`.",
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
    "What its clicks cost if a click does not bring its own cost.",
    "{ model = \"cpc\", amount = \"0.02\" }";
    "path", NONE,
    "The paths on which its clicks are sent. Each has offers; write a path even if there is only one offer.",
    "[{ offers = [{ offer = \"book\" }] }]";
    "postback", NONE,
    "The postbacks that tell the channel of conversions.",
    "[{ id = \"sales\", types = [\"Purchase\"], statuses = [\"approved\"] }]";
    "conversion_api", NONE,
    "What the campaign tells conversion APIs of its conversions.",
    "[{ id = \"fb-events\", api = \"fb-main\" }]";
} }

rows! { COST {
    "model", NONE,
    "What is paid for: a click (`cpc`), a conversion (`cpa`), a thousand impressions (`cpm`) or pop-ups (`popcpm`), a \
     share of the revenue (`revshare`), or nothing. Only `cpc` changes anything yet.",
    "\"cpc\"";
    "amount", said("none; every model but `none` needs it"),
    "The amount, in the channel's currency; with `revshare` a percentage.",
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
    "The values for the blanks of the channel's template, each under the name of its parameter.",
    "{ goal = \"7\" }";
    "types", said("every type"),
    "The conversion types for which it is sent.",
    "[\"Purchase\"]";
    "statuses", said("every status"),
    "The statuses for which it is sent.",
    "[\"approved\"]";
    "updates", is("\"first_match\""),
    "When it is sent if the conversion changes: once, at the first match (`first_match`); at every change that matches \
     (`every_change`); or only when the conversion is made (`never`).",
    "\"every_change\"";
    "negative", is("\"skip\""),
    "Whether it is sent for money that is taken back (`send`), or not (`skip`).",
    "\"send\"";
    "payout", is("{ percent = \"100\" }"),
    "The payout that the channel is told: a share of the sum, or a fixed amount.",
    "{ percent = \"80\" }";
    "min_payout", NONE,
    "The smallest payout for which it is sent, in the channel's currency.",
    "\"10.00\"";
    "share", NONE,
    "The percentage of clicks whose conversions are sent. All conversions of one click are sent, or none.",
    "\"30\"";
    "within", NONE,
    "The longest time from the click to the conversion.",
    "\"1d 12h\"";
    "where", NONE,
    "Parameters with the text that each must have.",
    "{ sub1 = \"a\" }";
    "require", said("the parameters that the channel requires, such as `ref_id`"),
    "The parameters that must be there.",
    "[\"sub1\"]";
    "when", NONE,
    "Any other conditions; all must hold. `docs/design/rules-and-parameters.md` explains them.",
    "[\"payout at least 10.00\", \"country not in US, CA\"]";
    "test", is("false"),
    "Whether conversions that the network marked as tests are sent too.",
    "true";
} }

rows! { PAYOUT {
    "percent", NONE,
    "The percentage of the sum that the channel is told.",
    "\"80\"";
    "fixed", NONE,
    "The fixed amount that the channel is told, in its currency.",
    "\"25.00\"";
} }
