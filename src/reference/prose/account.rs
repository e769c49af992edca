//! What belongs to the account as a whole.

use crate::reference::row::{NONE, Row, is, rows, said};

rows! { ROOT {
    "version", NONE,
    "The version of this form. There is only one.",
    "1";
    "currency", is("\"USD\""),
    "The currency of the account: that of the reports, and of amounts for which no currency is given.",
    "\"EUR\"";
    "timezone", NONE,
    "The time zone of the account, by its IANA name. It is used for times of a source that come without an offset.",
    "\"America/Los_Angeles\"";
    "conversion_type", said("none, and one is needed"),
    "The types of conversions.",
    "[{ name = \"Purchase\", default = true }]";
    "revenue_statuses", is("[\"approved\"]"),
    "The statuses whose conversions count as revenue.",
    "[\"approved\", \"pending\"]";
    "rate", NONE,
    "The exchange rates. An amount without a rate is never guessed: a channel in another currency is not told of it.",
    "[{ from = \"EUR\", to = \"USD\", rate = \"1.0850\", since = \"2026-01-01\" }]";
    "domain", NONE,
    "The tracking domains.",
    "[{ id = \"main\", url = \"https://trk.example.com\" }]";
    "click_id", NONE,
    "How click ids are made.",
    "{ keys = [\"env:CLICK_ID_KEY\"] }";
    "retention", said("all rows are kept for ever"),
    "How long rows are kept.",
    "{ clicks = \"90d\", events = \"400d\" }";
    "offer_source", NONE,
    "The offer sources: the networks that report conversions.",
    "[{ id = \"network\", tokens = [\"env:NETWORK_TOKEN\"] }]";
    "offer", NONE,
    "The offers to which clicks are sent.",
    "[{ id = \"book\", source = \"network\", url = \"https://shop.example.com/?id={clickid}\" }]";
    "recipe", said("`snapchat`, `reddit` and `pinterest` are shipped"),
    "Descriptions of ad platforms that have no code of their own here.",
    "[{ id = \"myads\", url = \"https://ads.example.com/events\" }]";
    "conversion_api", NONE,
    "The accounts at ad platforms that are told of conversions by an interface of the platform.",
    "[{ id = \"fb-main\", platform = \"meta\", token = \"env:META_TOKEN\" }]";
    "traffic_channel", NONE,
    "The traffic channels that send visitors.",
    "[{ id = \"push\", template = \"richpush\" }]";
    "campaign", NONE,
    "The campaigns.",
    "[{ id = \"summer\", channel = \"push\" }]";
} }

rows! { CONVERSION_TYPE {
    "name", NONE,
    "Its name. Channels get it as `{type}`.",
    "\"Purchase\"";
    "default", said("`false`"),
    "Whether conversions that come without a type get this one. Exactly one type is the default.",
    "true";
    "counts", is("\"sale\""),
    "What it counts as. `sale` is a conversion with its money; `revenue` is money but no second conversion, such as an \
     upsell; `step` and `info` are never money; `reversal` is money that is taken back.",
    "\"revenue\"";
    "duplicates", said("the `duplicates` of the source"),
    "What another event of the same click and type does; see `duplicates` of `[[offer_source]]`.",
    "\"ignore\"";
} }

rows! { RATE {
    "from", NONE,
    "The currency that is converted.",
    "\"EUR\"";
    "to", NONE,
    "The currency that it becomes.",
    "\"USD\"";
    "rate", NONE,
    "How many units of `to` one unit of `from` is.",
    "\"1.0850\"";
    "since", NONE,
    "The time from which the rate holds, until the next rate of the same pair. A date begins at midnight UTC.",
    "\"2026-01-01\"";
} }

rows! { DOMAIN {
    "id", NONE,
    "The name by which campaigns and sources refer to it.",
    "\"main\"";
    "url", NONE,
    "Scheme and host, without a path.",
    "\"https://trk.example.com\"";
    "fallback", said("the visitor is answered 404"),
    "Where a visitor is sent if no offer can take the click, or if the campaign is not known.",
    "\"https://www.example.com/\"";
    "referrer_policy", is("\"strict-origin-when-cross-origin\""),
    "The header `Referrer-Policy` of its redirects: what a browser tells the offer of where the visitor comes from.",
    "\"no-referrer\"";
} }

rows! { CLICK_ID {
    "keys", said("none: click ids are not signed"),
    "References to the keys that sign click ids, the newest first.",
    "[\"env:CLICK_ID_KEY\"]";
} }

rows! { RETENTION {
    "clicks", said("for ever"),
    "How long a click without events is kept. A sale that comes later finds no click, so make this at least as long \
     as every `click_expiration`.",
    "\"90d\"";
    "events", said("for ever"),
    "How long an event is kept after it was received. A click is kept with all its events, conversions and deliveries \
     until the last of its events is that old; then all of them go together. A refund that comes later takes nothing \
     back, so keep them for 180 days at least.",
    "\"400d\"";
    "deliveries", said("for ever"),
    "How long a delivery is kept after it was delivered, given up or cancelled. A delivery that is still to be sent \
     always stays. One that was given up waits for a person, so keep them for a week at least.",
    "\"30d\"";
    "private", said("the host's limit (`--private-days`, which is 30)"),
    "How long personal values are kept: those of clicks, of events, of deliveries that are closed, and whatever was \
     refused, in the journal too.",
    "\"30d\"";
    "waiting", said("as long as the event is kept"),
    "For how long an event without a click is decided again every six hours. Afterwards it can still be resolved by \
     another message or by a person, and costs nothing.",
    "\"60d\"";
} }
