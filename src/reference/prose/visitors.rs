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
    "The URL to which the visitor is sent: a template. `{clickid}` must be in the parameter that the network gives back.",
    "\"https://shop.example.com/?id={clickid}\"";
    "payout", NONE,
    "The value of a sale that comes without an amount.",
    "\"40.00\"";
    "currency", said("the `currency` of the source"),
    "The currency of `payout`.",
    "\"EUR\"";
    "default_status", said("the `default_status` of the source"),
    "The status of conversions of this offer that come without one.",
    "\"pending\"";
} }

rows! { CHANNEL {
    "id", NONE,
    "The name by which campaigns refer to it.",
    "\"push\"";
    "template", NONE,
    "A shipped template that fills in what the row leaves out: `bing`, `evadav`, `exoclick`, `facebook`, `google`, \
     `outbrain`, `pinterest`, `reddit`, `richpush`, `snapchat`, `taboola` or `tiktok`.",
    "\"richpush\"";
    "title", said("its `id`"),
    "Its name for people, and `{trafficsourcename}`.",
    "\"RichPush\"";
    "currency", said("the account's `currency`"),
    "The currency of the amounts that the channel is told, and of the costs that it reports.",
    "\"USD\"";
    "api", NONE,
    "Access to the channel's own API. It changes nothing yet.",
    "{ recipe = \"richpush\", key = \"env:RICHPUSH_API_KEY\" }";
    "postback", NONE,
    "The template of the postbacks of its campaigns.",
    "{ url = \"https://channel.example.com/?key={ref_id}&price={payout}\" }";
    "parameter", NONE,
    "The parameters of its click URLs.",
    "[{ slot = \"ref_id\", name = \"ref_id\", macro = \"[CLICK_ID]\" }]";
} }

rows! { API {
    "recipe", NONE,
    "The name of the API.",
    "\"richpush\"";
    "key", NONE,
    "A reference to its key.",
    "\"env:RICHPUSH_API_KEY\"";
} }

rows! { PARAMETER {
    "slot", NONE,
    "The slot in which the value is kept: `ref_id` for the channel's click id, `cost` for the cost of the click, \
     `external_id`, or `sub1` to `sub20`.",
    "\"sub1\"";
    "name", NONE,
    "Its name in the click URL.",
    "\"zone\"";
    "macro", said("nothing is pasted for it"),
    "The channel's macro, which is pasted there.",
    "\"[ZONE_ID]\"";
    "role", NONE,
    "What it stands for: `rt_campaign_id`, `rt_ad_id`, `rt_placement_id` and others; or an id by which an ad platform \
     knows the click or the browser: `fbclid`, `fbc`, `fbp`, `gclid`, `gbraid`, `wbraid`, `ttclid`, `ttp`, `msclkid`, \
     `sccid`, `scid`, `epik`, `rdt_cid`, `rdt_uuid`, `li_fat_id`, `tblci` or `dicbo`.",
    "\"rt_placement_id\"";
    "cookie", NONE,
    "The name of a cookie of the click's request. Its value counts where the click's URL has no such parameter. A \
     browser sends it only if it was set for the tracking domain or a domain above it.",
    "\"_fbc\"";
    "required", said("`true` for the slot `ref_id`, else `false`"),
    "Whether the channel is told nothing of a click whose value is empty or an unfilled macro.",
    "true";
} }
