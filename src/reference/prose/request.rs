//! The request of a postback.

use crate::reference::row::{NONE, Row, is, rows, said};

rows! { REQUEST {
    "url", said("the `url` of the channel's postback"),
    "Where it goes: a template with macros, absolute, `http` or `https`.",
    "\"https://channel.example.com/?key={ref_id}&price={payout}\"";
    "method", said("`POST` with a `body`, else `GET`"),
    "The method.",
    "\"POST\"";
    "body", NONE,
    "The body of a POST: a template with macros.",
    "'{\"id\": \"{ref_id}\", \"price\": \"{payout}\"}'";
    "content_type", is("\"application/json\""),
    "The type of the `body`, which says how values are encoded in it.",
    "\"application/x-www-form-urlencoded\"";
    "success", NONE,
    "Which answers mean that it arrived.",
    "{ status = \"2xx\", body_excludes = \"error\" }";
    "retry", NONE,
    "When it is sent again.",
    "{ attempts = 5 }";
    "sign", NONE,
    "References to the keys that sign it as Standard Webhooks does, for receivers of your own; each one makes a \
     signature. It needs a `body`. A key is base64 of at least 24 bytes, with or without `whsec_` before it. How a \
     receiver checks a signature stands in `docs/design/delivery.md`.",
    "[\"env:HOOK_KEY\"]";
} }

rows! { SUCCESS {
    "status", is("\"2xx\""),
    "The HTTP statuses, as in `2xx`, `200,204` or `200-299`.",
    "\"200,204\"";
    "body_includes", NONE,
    "What the body must hold.",
    "\"OK\"";
    "body_excludes", NONE,
    "What the body must not hold.",
    "\"error\"";
} }

rows! { RETRY {
    "attempts", is("10"),
    "How often it is sent in all.",
    "5";
    "first", said("waits of 5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h and 1d"),
    "The first wait; each later one is twice as long as the one before.",
    "\"1m\"";
    "longest", said("a day"),
    "The longest wait.",
    "\"2h\"";
    "unless_sent", is("false"),
    "If true, a request that may have reached the receiver is not sent again. This is for receivers that would count it \
     twice.",
    "true";
} }
