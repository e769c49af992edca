//! Recipes of ad platforms.

use crate::reference::row::{NONE, Row, rows, said};

rows! { RECIPE {
    "id", NONE,
    "The name by which accounts refer to it. A row with the name of a shipped recipe takes its place.",
    "\"myads\"";
    "sources", NONE,
    "Where its facts come from, and how sure they are. It changes nothing.",
    "[\"docs.example.com, read in November 2026\"]";
    "url", NONE,
    "Where events are sent: `https`, a host and a path. `{pixel}`, `{account}` and `{token}` stand for what the account \
     says.",
    "\"https://ads.example.com/v1/{pixel}/events\"";
    "validate_url", said("none: `validate_only` has no use"),
    "Where they are sent for an account with `validate_only`. It has the host of `url`.",
    "\"https://ads.example.com/v1/{pixel}/validate\"";
    "headers", said("`content-type` alone, which is JSON"),
    "The headers, in lower case. They may have the macros of `url`.",
    "{ authorization = \"Bearer {token}\" }";
    "limit", said("1"),
    "The most events in one request.",
    "1000";
    "oldest_days", said("no limit"),
    "How many days old an event may be when it arrives. An older one is not sent.",
    "7";
    "items", said("a request is one event"),
    "The member of a request that is the list of its events.",
    "\"data\"";
    "body", said("the events alone"),
    "The other members of a request.",
    "[{ at = \"partner\", from = \"partner\" }]";
    "event", NONE,
    "The members of an event.",
    "[{ at = \"event_id\", from = \"event_id\" }]";
    "one_of", said("every event is sent"),
    "Members, of which one must be there; `+` joins those that count together only. An event without is not sent \
     (`too_little_user_data`).",
    "[\"user.email\", \"user.ip + user.agent\"]";
    "names", said("every name is taken as it is"),
    "The platform's names of events. A conversion type that spells one of them has it, whatever its case and its blanks.",
    "[\"PURCHASE\", \"SIGN_UP\"]";
    "sale", said("a sale needs a name in `events` of the account"),
    "The name for a sale whose type spells none of `names`.",
    "\"PURCHASE\"";
    "custom", said("a type without a name is not told"),
    "The name under which the platform takes events with names of one's own, which are then `custom_name`.",
    "\"CUSTOM\"";
    "action_sources", NONE,
    "The platform's words for where a conversion happened. The first is the usual one.",
    "[\"WEB\", \"APP\"]";
    "answers", said("a status of 2xx is success"),
    "What its answers mean.",
    "{ success = { at = \"status\", is = [\"OK\"] } }";
} }

rows! { MEMBER {
    "at", NONE,
    "Where it stands: names with points between them. `[]` behind a name makes a list of one.",
    "\"user.email[]\"";
    "from", NONE,
    "What fills it; it vanishes where that has no value. Either this or `text` is there.",
    "\"email\"";
    "text", NONE,
    "A fixed text, with the macros `{pixel}` and `{account}`, and in `body` also `{token}`.",
    "\"web\"";
    "as", said("`hash` for a person's data, `plain` for address and user agent, `number` for numbers, else `text`"),
    "In which form it is written. A time needs one: `seconds`, `milliseconds` or `rfc3339`.",
    "\"hash\"";
    "like", said("`meta`"),
    "Whose normalisation a person's value has: Microsoft drops the dots of an e-mail address, TikTok puts a plus before a \
     phone number.",
    "\"microsoft\"";
    "needed", said("`false`"),
    "Whether an event without it is not sent (`missing_member`).",
    "true";
} }

rows! { ANSWERS {
    "success", said("a status of 2xx is success"),
    "What an answer with a status of 2xx says when it means success.",
    "{ at = \"status\", is = [\"OK\"] }";
    "code", NONE,
    "Where the code of a fault stands: the first of these that leads to something.",
    "[\"error.code\"]";
    "codes", NONE,
    "What codes mean, of a request and of an event: `retry`, `slow_down`, `hold` (the lane, until a person has mended the \
     account), `dead` or `already_there`. A code that is not named is never final.",
    "{ BAD_TOKEN = \"hold\" }";
    "statuses", said("401, 403, 404 and 501 hold the lane, 429 slows down, all others are tried again"),
    "What HTTP statuses mean where the code is not known.",
    "{ 400 = \"dead\" }";
    "rows", said("an answer speaks for all events of its request"),
    "The list of an answer that speaks of single events.",
    "{ at = \"events\", code = \"status\", is = [\"processed\"] }";
} }

rows! { SUCCESS {
    "at", NONE,
    "Where it stands: names with points between them.",
    "\"status\"";
    "is", said("any value"),
    "The values that mean success.",
    "[\"OK\"]";
} }

rows! { ROWS {
    "at", NONE,
    "Where the list stands.",
    "\"events\"";
    "code", NONE,
    "The member of a row that is its code, which `codes` explains.",
    "\"status\"";
    "is", NONE,
    "The codes that mean success.",
    "[\"processed\"]";
    "place", said("one row for each event, in their order"),
    "The member of a row that is the place of its event, counted from 0.",
    "\"index\"";
    "path", said("one row for each event, in their order"),
    "The member of a row that is a path with that place, as in `data[2].user.email`.",
    "\"field\"";
} }
