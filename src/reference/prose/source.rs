//! Offer sources.

use crate::reference::row::{NONE, Row, is, rows, said};

rows! { SOURCE {
    "id", NONE,
    "The name by which offers refer to it. It is also a part of its URLs, as in `/postback/network`.",
    "\"network\"";
    "template", NONE,
    "A shipped template that fills in what the row leaves out: `clickbank-ins`, `clickbank-s2s`, `generic` or \
     `terraleads`.",
    "\"generic\"";
    "title", said("its `id`"),
    "Its name for people.",
    "\"My network\"";
    "default", said("`false`, unless it is the only source"),
    "Whether calls of the path `/postback`, without an id, belong to it. If there are several sources, exactly one is the \
     default.",
    "true";
    "domain", said("the only domain, if there is one alone"),
    "The domain of the URLs that `setup` prints for it.",
    "\"main\"";
    "currency", said("the account's `currency`"),
    "The currency of amounts that come without one.",
    "\"EUR\"";
    "tokens", said("none: anybody may report conversions, and `lint` warns of it"),
    "References to the tokens of its callers, the newest first. A token is the last part of the URL that is pasted.",
    "[\"env:NETWORK_TOKEN\"]";
    "allow_ips", said("none: calls may come from anywhere"),
    "The addresses from which it may call.",
    "[\"192.0.2.0/24\", \"198.51.100.7\"]";
    "default_status", is("\"approved\""),
    "The status of conversions that come without one.",
    "\"pending\"";
    "reversal_status", is("\"declined\""),
    "The status of money that is taken back. It is never `approved`.",
    "\"other\"";
    "duplicates", said("`update` where `protocol` is `generic`, else `create`"),
    "What another event of the same click and type does. `create` makes another conversion; `create_marked` \
     does too, and marks it as new or repeated; `ignore` does nothing; `edit` replaces the conversion's data; `increment` adds its \
     amount; `ignore_event_id` does nothing if the event id is known; `update` changes the conversion of that event \
     id.",
    "\"create_marked\"";
    "type_case", is("\"any\""),
    "How the types of its postbacks are compared with the account's: in any case if only one then matches (`any`), or \
     exactly (`exact`).",
    "\"exact\"";
    "click_expiration", said("none: a click never expires"),
    "The longest time between a click and its first conversion.",
    "\"60d\"";
    "open_types", NONE,
    "The types that anybody may send, without a token, as the pixel of an order form does. They carry no money.",
    "[\"InitiateCheckout\"]";
    "events", NONE,
    "The source's words for events, each with the conversion type that it becomes. With the type `\"\"` the event is \
     kept and fires nothing.",
    "{ SALE = \"Purchase\", RFND = \"Refund\", TEST = \"\" }";
    "statuses", NONE,
    "The source's words for statuses, each with one of the four statuses.",
    "{ confirmed = \"approved\", rejected = \"declined\" }";
    "amounts", NONE,
    "How it writes amounts.",
    "{ decimal = \",\" }";
    "times", NONE,
    "How it writes times.",
    "{ format = \"unix_ms\" }";
    "currencies", NONE,
    "The source's words for currencies, each with its currency.",
    "{ EURO = \"EUR\" }";
    "parameter", NONE,
    "Its own parameters, beside those that have a meaning here.",
    "[{ name = \"product\", macro = \"{product}\", role = \"content_name\" }]";
    "names", said("the meaning itself; `rdtk_event_id` or `eventid` for `event_id`, `datetime` for `time`, and none for `disable_postback`"),
    "The source's own names of parameters, each under its meaning (`clickid`, `sum`, `type`, `status`, `currency`, `event_id`, `order_id`, `receipt`, \
     `parent`, `time`, `token`, `format`, `disable_postback`, `sub1` to `sub20`).",
    "{ clickid = \"subid\", sum = \"amount\" }";
    "postback", said("the protocol's own macros"),
    "The source's macros for the postback URL that is pasted there, each under the meaning of its parameter.",
    "{ clickid = \"{subid}\", sum = \"{amount}\" }";
    "truth", NONE,
    "Which interface counts if notifications (`ins`) and postbacks (`s2s`) both report the same sale.",
    "\"ins\"";
    "reply", NONE,
    "The answers that it expects.",
    "{ applied = \"OK\" }";
    "refused", NONE,
    "How many refused messages are kept, and for how long.",
    "{ keep = 1000 }";
    "protocol", is("\"generic\""),
    "Its protocol: ClickBank's notifications and postbacks (`clickbank`), or the postbacks of any network (`generic`). A \
     template sets it too.",
    "\"clickbank\"";
    "account_role", said("the macros of an affiliate"),
    "ClickBank: the role of your account, which chooses the macros to paste. A notification says its own role.",
    "\"vendor\"";
    "secrets", NONE,
    "ClickBank: references to the secret keys of its notifications, the newest first. It needs \
     `protocol = \"clickbank\"` or one of ClickBank's templates.",
    "[\"env:CLICKBANK_SECRET\"]";
    "allow_short_secret", is("false"),
    "ClickBank: accepts a secret key of fewer than 12 characters, which is refused otherwise.",
    "true";
    "ins_versions", is("[\"6.0\", \"7.0\", \"8.0\"]"),
    "ClickBank: the versions of notifications that are accepted. Versions before 6.0 are checked weakly and must be named.",
    "[\"7.0\", \"8.0\"]";
    "legacy_charset", is("\"utf-8\""),
    "ClickBank: how the bytes of notifications before version 6.0 are read.",
    "\"latin-1\"";
    "legacy_zero_decimal", is("\"minor\""),
    "ClickBank: how notifications before version 6.0 write amounts in a currency without minor units, such as yen.",
    "\"hundredths\"";
    "amount", is("\"account\""),
    "ClickBank: which amount of a notification counts. `account` is what your account received, in USD; `order` is what \
     the customer paid, in the currency of the order.",
    "\"order\"";
    "click_id_from", said("wherever ClickBank gives a click id back"),
    "ClickBank: the fields of a notification where your click id is looked for, the best first.",
    "[\"trackingCodes\", \"vendorVariables.vtid\"]";
} }

rows! { AMOUNTS {
    "decimal", is("\".\""),
    "The decimal mark. If it is not given and `thousands` is `.`, it is `,`.",
    "\",\"";
    "thousands", said("nothing stands there"),
    "The mark between the thousands.",
    "\".\"";
    "unit", is("\"major\""),
    "The unit of amounts: whole units (`major`), or the smallest ones (`minor`), as in `4700` cents for 47.00.",
    "\"minor\"";
    "symbols", NONE,
    "The symbols that may stand before or behind an amount.",
    "[\"$\", \"USD\"]";
} }

rows! { TIMES {
    "format", NONE,
    "`unix`, `unix_ms`, or a pattern with a year (`%Y`), month (`%m`), day (`%d`), hour (`%H`) and minute (`%M`); see \
     `docs/design/configuration.md`.",
    "\"%Y-%m-%d %H:%M:%S\"";
    "zone", said("the account's `timezone`"),
    "The time zone of the source, by its IANA name. It is used if the format has no offset.",
    "\"Europe/Berlin\"";
} }

rows! { PARAMETER {
    "name", NONE,
    "Its name in the postback's URL, and in `where`, `require` and `when`.",
    "\"product\"";
    "macro", NONE,
    "The network's macro, which is pasted there. `{r}` means that the value is read from the notification.",
    "\"{product}\"";
    "role", NONE,
    "What it stands for: `event_id`, `order_id`, `content_name`, `email`, `zip` and others.",
    "\"content_name\"";
    "from", NONE,
    "The field of a notification that has the value; if several are listed, the first one that is there counts.",
    "[\"customer.billing.email\", \"customer.shipping.email\"]";
} }

rows! { REPLY {
    "applied", said("our JSON"),
    "The body of the answer to a postback that was taken in. It may hold `{outcome}`, `{reason}` and `{parameter}`.",
    "\"OK\"";
    "duplicate", said("as `applied`"),
    "The body of the answer to a duplicate.",
    "\"DUP\"";
    "refused", said("our JSON"),
    "The body of the answer to a postback that was refused and is kept.",
    "\"ERR {reason} {parameter}\"";
    "content_type", is("\"text/plain; charset=utf-8\""),
    "The content type of these bodies. It is allowed only if there is one of them.",
    "\"application/json\"";
    "refused_status", said("`400`"),
    "The HTTP status of a refusal that is kept: 200 to 299, or 400 to 499. Some networks stop sending after a few \
     answers that are not 200.",
    "200";
} }

rows! { REFUSED {
    "keep", said("256 of what strangers send, and no bound of what is probably the network's"),
    "How many messages each ring of each interface keeps. In a ring the newest push out the oldest.",
    "1000";
    "mib", is("20"),
    "How many MiB each ring of each interface keeps. In a ring the newest push out the oldest.",
    "64";
    "days", is("30"),
    "For how many days they are kept. Nothing is kept longer than personal values are (`--private-days`).",
    "14";
} }
