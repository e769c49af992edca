//! Offers, and the channels whose visitors are sent there.

use crate::reference::row::{NONE, Row, rows, said};

rows! { OFFER {
    "id", NONE,
    "The name by which paths refer to it.",
    "\"book\"";
    "title", said("its `id`"),
    "Its name for people, and `{offername}`.",
    "\"The book\"";
    "source", NONE,
    "The offer source that reports its conversions.",
    "\"network\"";
    "url", NONE,
    "Where the visitor is sent: a template. `{clickid}` must stand where the network gives it back.",
    "\"https://shop.example.com/?id={clickid}\"";
    "payout", NONE,
    "What a sale is worth that comes without an amount.",
    "\"40.00\"";
    "currency", said("the `currency` of the source"),
    "The currency of `payout`.",
    "\"EUR\"";
    "default_status", said("the `default_status` of the source"),
    "The status of its conversions that come without one.",
    "\"pending\"";
} }

rows! { CHANNEL {
    "id", NONE,
    "The name by which campaigns refer to it.",
    "\"push\"";
    "template", NONE,
    "A shipped template that fills in what the row leaves out: `evadav`, `exoclick`, `facebook` or `richpush`.",
    "\"richpush\"";
    "title", said("its `id`"),
    "Its name for people, and `{trafficsourcename}`.",
    "\"RichPush\"";
    "currency", said("the account's `currency`"),
    "The currency in which it is told amounts, and of the costs that it tells.",
    "\"USD\"";
    "api", NONE,
    "Its own interface. It changes nothing yet.",
    "{ recipe = \"richpush\", key = \"env:RICHPUSH_API_KEY\" }";
    "postback", NONE,
    "The template of the postbacks of its campaigns.",
    "{ url = \"https://channel.example.com/?key={ref_id}&price={payout}\" }";
    "parameter", NONE,
    "What its click URLs carry.",
    "[{ slot = \"ref_id\", name = \"ref_id\", macro = \"[CLICK_ID]\" }]";
} }

rows! { API {
    "recipe", NONE,
    "Which interface it is.",
    "\"richpush\"";
    "key", NONE,
    "A reference to its key.",
    "\"env:RICHPUSH_API_KEY\"";
} }

rows! { PARAMETER {
    "slot", NONE,
    "Where the value is kept: `ref_id` is the channel's click id, `cost` what the click cost.",
    "\"sub1\"";
    "name", NONE,
    "Its name in the click URL.",
    "\"zone\"";
    "macro", said("nothing is pasted for it"),
    "The channel's macro, which is pasted there.",
    "\"[ZONE_ID]\"";
    "role", NONE,
    "What it stands for: `rt_campaign_id`, `rt_ad_id`, `rt_placement_id` and others.",
    "\"rt_placement_id\"";
    "required", said("`true` for the slot `ref_id`, else `false`"),
    "Whether the channel is told nothing of a click whose value is empty or an unfilled macro.",
    "true";
} }
