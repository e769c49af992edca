//! The request of a postback.

use crate::reference::row::{NONE, Row, is, rows, said};

rows! { REQUEST {
    "url", said("the `url` of the channel's postback"),
    "The URL that is called: a template with macros, absolute, `http` or `https`.",
    "\"https://channel.example.com/?key={ref_id}&price={payout}\"";
    "method", said("`POST` with a `body`, else `GET`"),
    "The HTTP method: `GET` or `POST`.",
    "\"POST\"";
    "body", NONE,
    "The body of a POST: a template with macros.",
    "'{\"id\": \"{ref_id}\", \"price\": \"{payout}\"}'";
    "content_type", is("\"application/json\""),
    "The type of the `body`, which says how values are encoded in it.",
    "\"application/x-www-form-urlencoded\"";
    "success", NONE,
    "Which answers mean that the receiver took it.",
    "{ status = \"2xx\", body_excludes = \"error\" }";
    "retry", NONE,
    "How often, and after which waits, it is sent again if it fails.",
    "{ attempts = 5 }";
    "sign", NONE,
    "References to the keys that sign it as Standard Webhooks does, for receivers of your own; each one makes a \
     signature. It needs a `body`. A key is base64 of at least 24 bytes, with or without `whsec_` before it. \
     `docs/design/delivery.md` says how a receiver checks a signature.",
    "[\"env:HOOK_KEY\"]";
} }

rows! { SUCCESS {
    "status", is("\"2xx\""),
    "The HTTP statuses, as in `2xx`, `200,204` or `200-299`.",
    "\"200,204\"";
    "body_includes", NONE,
    "A text that the body of the answer must contain.",
    "\"OK\"";
    "body_excludes", NONE,
    "A text that the body of the answer must not contain.",
    "\"error\"";
} }

rows! { RETRY {
    "attempts", is("10"),
    "How many attempts are made in all.",
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
