//! What ad platforms are told by their conversion APIs.

use crate::reference::row::{NONE, Row, is, rows, said};

rows! { CONVERSION_API {
    "id", NONE,
    "The name by which campaigns refer to it. The lane of its deliveries has this name too.",
    "\"fb-main\"";
    "platform", NONE,
    "The platform. Either this or `recipe` is there.",
    "\"meta\"";
    "recipe", NONE,
    "The recipe that describes the platform: a row of `[[recipe]]`, or `snapchat`, `reddit` or `pinterest`.",
    "\"snapchat\"";
    "mode", said("`data_manager` at Google, `uet_capi` at Microsoft"),
    "The interface of a platform that has two. Google: `data_manager`, or `ads_api` for a developer token that used it \
     before June 2026. Microsoft: `uet_capi`, or `offline`, which can take a conversion back.",
    "\"ads_api\"";
    "pixel", NONE,
    "The number of the pixel or data set at Meta, the code of the pixel at TikTok, the number of the UET tag at \
     Microsoft. Each of these needs it, and so does a recipe whose URL has it, as Snapchat's and Reddit's; the mode \
     `offline` has none.",
    "\"123456789012345\"";
    "account", NONE,
    "The number of the advertiser's account at Google Ads, which needs it, or at Microsoft Advertising in the mode \
     `offline`, or the account of a recipe whose URL has it: the ad account at Pinterest.",
    "\"123-456-7890\"";
    "customer", NONE,
    "The number of the customer at Microsoft Advertising who has the account. The mode `offline` needs it.",
    "\"2345678\"";
    "login_account", NONE,
    "The number of the manager's account through which Google's `account` is reached.",
    "\"111-222-3333\"";
    "token", NONE,
    "A reference to its token. Google's tokens and those of the mode `offline` live for an hour: `host:` names one that \
     the server renews, `file:` a file that another program renews.",
    "\"env:META_TOKEN\"";
    "developer_token", NONE,
    "A reference to the developer token of Google's Ads API or of Microsoft Advertising. The modes `ads_api` and \
     `offline` need it.",
    "\"env:ADS_DEVELOPER_TOKEN\"";
    "app_secret", NONE,
    "A reference to the secret of the app at Meta. With it each request has an `appsecret_proof`.",
    "\"env:META_APP_SECRET\"";
    "api_version", said("`v25.0` at Meta, `v1.3` at TikTok, `v26` of Google's Ads API"),
    "The version of the platform's interface. Meta's must not be older than `v25.0`, that of the Ads API not older than \
     `v23`.",
    "\"v25.0\"";
    "endpoint", said("the platform's own"),
    "Scheme and host to which requests go instead: a gateway, or a stand-in for a test.",
    "\"https://gateway.example.com\"";
    "action_source", said("`website` at Meta, `WEB` at Google"),
    "Where its conversions happened, in the platform's word.",
    "\"website\"";
    "action_sources", NONE,
    "The same for the conversion types that happened elsewhere. A rebill of a website is `system_generated` at Meta, \
     where the network names it as one.",
    "{ Upsell = \"phone_call\" }";
    "event_source_url", NONE,
    "The page of its conversions. TikTok needs it, and Meta does for what happened on a website.",
    "\"https://www.example.com/thanks\"";
    "event_id", said("the receipt, a point and the type, as in `LPJ9VE42.Purchase`"),
    "A template of the id by which the platform knows that an event of the browser and one of the server are the same. \
     A conversion that lacks a value of it is not told.",
    "\"{order_id}.{type}\"";
    "value", is("\"payout\""),
    "The value that the platform is told: `payout` in the channel's currency, `sum` as it came, `revenue` in the \
     account's currency, or a fixed amount in that.",
    "\"sum\"";
    "refunds", is("\"tell\""),
    "What it is told when money of a sale is taken back. With `tell` a sale that is still queued is not sent, and Google and \
     Microsoft's `offline` are told what is left of one that they took; the others take no correction. With `ignore` \
     nothing is done.",
    "\"ignore\"";
    "test_event_code", NONE,
    "The code that shows events in the platform's test view (Meta, TikTok, Reddit). Meta counts them all the same.",
    "\"TEST61045\"";
    "validate_only", said("`false`"),
    "Whether the platform checks the requests only and counts nothing (Google, Snapchat, Pinterest, and recipes with a \
     `validate_url`).",
    "true";
    "user_data", said("all that the platform takes; at Google neither `ip` nor `user_agent`"),
    "What it may be told of a person. Click ids are always told. The modes `ads_api` and `offline` have a place for \
     `email` and `phone` alone.",
    "[\"email\", \"phone\", \"ip\", \"user_agent\"]";
    "default_country", said("none: such a number is not told"),
    "The country of a phone number that names none, where the buyer's country is not known.",
    "\"US\"";
    "consent", said("nothing is said of it"),
    "Whether the visitors agreed (Google, Microsoft).",
    "{ ad_user_data = \"granted\" }";
    "opt_out", is("false"),
    "Whether its events are for attribution alone, not for the optimisation of delivery (Meta, Pinterest).",
    "true";
    "limited_data_use", is("false"),
    "Whether its events are processed under Limited Data Use (Meta, TikTok).",
    "true";
    "partner", NONE,
    "The name under which a partner sends for others (Meta, TikTok, Microsoft, Reddit, Pinterest).",
    "\"example-shop\"";
    "max_batch", said("the platform's limit: 1000, at Google and Snapchat 2000"),
    "The most events in one request. Google says of several events only how many failed; with 1 it is said of each.",
    "1";
    "events", said("the standard name that the type spells, else `Purchase` for a sale, else the type's own name"),
    "Conversion types with the platform's name of the event for each; an empty name tells nothing. At Google it is the \
     id of the conversion action, of Microsoft's offline conversions the name of the goal, and a type without one is not \
     told. The name must be the one that the page reports.",
    "{ Purchase = \"Purchase\", Upsell = \"Purchase\" }";
} }

rows! { CONSENT {
    "ad_user_data", said("nothing is said"),
    "Whether user data may be sent for advertising: `granted` or `denied`. At Microsoft it is `adStorageConsent`.",
    "\"granted\"";
    "ad_personalization", said("nothing is said"),
    "Whether they may be used for personalised advertising: `granted` or `denied` (Google).",
    "\"denied\"";
    "role", NONE,
    "The role of a parameter that says both for each conversion, as in `granted`, `1` or `no` (Google). Another word is \
     not passed on.",
    "\"x_consent\"";
} }

rows! { CAMPAIGN_CONVERSION_API {
    "id", NONE,
    "Its name within the campaign, which no postback of it has. It is part of the ids of its deliveries, so do not \
     change it.",
    "\"fb-events\"";
    "api", NONE,
    "The `id` of the account.",
    "\"fb-main\"";
    "types", said("every type"),
    "The conversion types of which it is told.",
    "[\"Purchase\"]";
    "statuses", said("every status"),
    "The statuses of which it is told.",
    "[\"approved\"]";
    "updates", is("\"first_match\""),
    "When it is told if the conversion changes, as in a postback. A platform counts an event with the same id once. Google \
     and the mode `offline` are told a changed amount as a correction.",
    "\"every_change\"";
    "value", said("the account's"),
    "The value that it is told, in place of the account's.",
    "\"25.00\"";
    "payout", is("{ percent = \"100\" }"),
    "What `payout` is: a share of the sum, or a fixed amount.",
    "{ percent = \"80\" }";
    "min_payout", NONE,
    "The smallest payout of which it is told, in the channel's currency.",
    "\"10.00\"";
    "share", NONE,
    "The percentage of clicks of whose conversions it is told.",
    "\"30\"";
    "within", NONE,
    "The longest time from the click to the conversion.",
    "\"6d 12h\"";
    "where", NONE,
    "Parameters with the text that each must have.",
    "{ sub1 = \"a\" }";
    "require", NONE,
    "The parameters that must be there. What the channel requires of its postbacks is not asked here.",
    "[\"sub1\"]";
    "when", NONE,
    "Any other conditions; all must hold. `docs/design/rules-and-parameters.md` explains them.",
    "[\"payout at least 10.00\"]";
    "test", is("false"),
    "Whether it is told of conversions that the network marked as tests. The platform counts them.",
    "true";
    "retry", said("ten attempts over about three days"),
    "When an event that was not taken is sent again.",
    "{ attempts = 5 }";
} }
