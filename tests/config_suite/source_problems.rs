//! Problems of offer sources and offers.

use crate::support::{problem, problems, tracker};

#[test]
fn money_that_is_taken_back_goes_to_a_type_that_counts_as_reversal() {
    for word in [
        "RFND",
        "CGBK",
        "INSF",
        "TEST_RFND",
        "refund",
        "chargeback",
        "echeck_return",
    ] {
        assert_eq!(
            problem("#source", &format!("events = {{ {word} = \"Purchase\" }}")),
            format!(
                "offer_source[0].events.{word}: `{word}` takes money back, and `Purchase` counts as sale; match it to a type that counts as reversal"
            )
        );
        tracker(&[("#source", &format!("events = {{ {word} = \"Refund\" }}"))]);
        tracker(&[("#source", &format!("events = {{ {word} = \"\" }}"))]);
    }
}

#[test]
fn money_that_comes_goes_to_no_type_that_counts_as_reversal() {
    for word in [
        "SALE",
        "BILL",
        "UPSELL",
        "PURCHASE",
        "COMBINED_CONVERSION",
        "TEST_SALE",
        "TEST_BILL",
        "sale",
        "upsell",
        "rebill",
    ] {
        assert_eq!(
            problem("#source", &format!("events = {{ {word} = \"Refund\" }}")),
            format!(
                "offer_source[0].events.{word}: `{word}` brings money, and `Refund` counts as reversal; match it to a type that does not"
            )
        );
        tracker(&[("#source", &format!("events = {{ {word} = \"Purchase\" }}"))]);
        tracker(&[("#source", &format!("events = {{ {word} = \"\" }}"))]);
    }
    tracker(&[("#source", "events = { CANCEL-REBILL = \"Refund\" }")]);
}

#[test]
fn a_source_for_notifications_takes_a_version_of_them() {
    assert_eq!(
        problem(
            "#source",
            "protocol = \"clickbank\"\nsecrets = [\"env:S\"]\nins_versions = []"
        ),
        "offer_source[0].ins_versions: is empty, so every notification would be refused"
    );
    tracker(&[("#source", "ins_versions = []")]);
    tracker(&[("#source", "secrets = []\nins_versions = []")]);
    tracker(&[(
        "#source",
        "protocol = \"clickbank\"\nsecrets = [\"env:S\"]\nins_versions = [\"8.0\"]",
    )]);
}

#[test]
fn a_reversal_is_never_approved() {
    assert_eq!(
        problem("#source", "reversal_status = \"approved\""),
        "offer_source[0].reversal_status: money that is taken back is never `approved`"
    );
}

#[test]
fn an_open_type_carries_no_money() {
    for (name, counts) in [("Purchase", "sale"), ("Refund", "reversal")] {
        assert_eq!(
            problem("#source", &format!("open_types = [\"{name}\"]")),
            format!("offer_source[0].open_types[0]: `{name}` counts as {counts}, and an open type carries no money")
        );
    }
    tracker(&[("#source", "open_types = [\"InitiateCheckout\"]")]);
}

#[test]
fn an_open_type_edits_nothing() {
    assert_eq!(
        problems(&[
            ("#source", "open_types = [\"InitiateCheckout\"]"),
            ("counts = \"step\"", "counts = \"step\"\nduplicates = \"edit\""),
        ]),
        [
            "offer_source[0].open_types[0]: `InitiateCheckout` has the policy `edit`, so anyone could overwrite what was earned"
        ]
    );
    tracker(&[("counts = \"step\"", "counts = \"step\"\nduplicates = \"edit\"")]);
}

#[test]
fn a_secret_in_the_clear_is_refused_and_not_repeated() {
    let clear =
        "a secret stands here in the clear; write where it is kept, as in `env:NAME`, `file:PATH` or `host:NAME`";
    for (from, to, path) in [
        ("[\"env:TOKEN\"]", "[\"CANARY\"]", "offer_source[0].tokens[0]"),
        (
            "#source",
            "protocol = \"clickbank\"\nsecrets = [\"env:A\", \"CANARY\"]",
            "offer_source[0].secrets[1]",
        ),
        ("#root", "click_id = { keys = [\"CANARY\"] }", "click_id.keys[0]"),
        (
            "#channel",
            "api = { recipe = \"push\", key = \"CANARY\" }",
            "traffic_channel[0].api.key",
        ),
        (
            "#root",
            "[[conversion_api]]\nid = \"a\"\nplatform = \"microsoft\"\npixel = \"1\"\ntoken = \"CANARY\"",
            "conversion_api[0].token",
        ),
    ] {
        assert_eq!(problem(from, to), format!("{path}: {clear}"));
    }
    assert_eq!(
        problem("[\"env:TOKEN\"]", "[\"env:\"]"),
        "offer_source[0].tokens[0]: is not a reference to a secret, as in `env:NAME`, `file:PATH` or `host:NAME`"
    );
    tracker(&[("[\"env:TOKEN\"]", "[\"file:/run/secrets/token\", \"host:token\"]")]);
}

#[test]
fn a_word_of_a_source_is_one_of_a_few() {
    for (line, said) in [
        (
            "account_role = \"seller\"",
            "account_role: `seller` is not an account's role; there are vendor, affiliate",
        ),
        (
            "duplicates = \"increments\"",
            "duplicates: `increments` is not a duplicate policy; there are create, create_marked, ignore, edit, increment, ignore_event_id, update; did you mean `increment`?",
        ),
        (
            "amount = \"total\"",
            "amount: `total` is not an amount of a notification; there are account, order",
        ),
        (
            "truth = \"S2S\"",
            "truth: `S2S` is not an interface; there are ins, s2s; did you mean `s2s`?",
        ),
        (
            "default_status = \"paid\"",
            "default_status: `paid` is not a status; there are approved, pending, declined, other",
        ),
        (
            "ins_versions = [\"7.1\"]",
            "ins_versions[0]: `7.1` is not a version of the notifications; there are 1.0, 2.0, 2.1, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0",
        ),
        (
            "legacy_charset = \"utf8\"",
            "legacy_charset: `utf8` is not a charset of the old notifications; there are utf-8, latin-1; did you mean `utf-8`?",
        ),
        (
            "legacy_zero_decimal = \"cents\"",
            "legacy_zero_decimal: `cents` is not a scale of yen in the old notifications; there are minor, hundredths",
        ),
        (
            "statuses = { paid = \"ok\" }",
            "statuses.paid: `ok` is not a status; there are approved, pending, declined, other",
        ),
        (
            "click_expiration = \"2 months\"",
            "click_expiration: `2 months` is not a duration, as in `60d`, `12h`, `30m`, `5s` or `1h30m`",
        ),
        (
            "currency = \"€\"",
            "currency: `€` is not a currency code of three letters",
        ),
        (
            "click_id_from = [\"a..b\"]",
            "click_id_from[0]: path `a..b` holds an empty name",
        ),
        (
            "protocol = \"clickbank\"\ntruth = \"ins\"\nnames = { clickid = \"ef-transaction-id\" }",
            "names: renames the parameters of postbacks, but this source counts notifications, whose fields have fixed names; write \
             `click_id_from = [\"vendorVariables.ef-transaction-id\"]` for a variable of your pay links instead",
        ),
        (
            "protocol = \"clickbank\"\ntruth = \"ins\"\nnames = { sum = \"amount\" }",
            "names: renames the parameters of postbacks, but this source counts notifications, whose fields have fixed names; a row of \
             `parameter` with `macro = \"{r}\"` and `from` reads a field, and `click_id_from` says where the click id is",
        ),
        (
            "postback = { click_id = \"{vtid}\" }",
            "postback.click_id: `click_id` is not a meaning of a parameter; there are clickid, sum, type, status, currency, event_id, order_id, receipt, parent, time, token, format, disable_postback and sub1 to sub20; did you mean `clickid`?",
        ),
        (
            "postback = { payout = \"{amount}\" }",
            "postback.payout: `payout` is not a meaning of a parameter; there are clickid, sum, type, status, currency, event_id, order_id, receipt, parent, time, token, format, disable_postback and sub1 to sub20",
        ),
        (
            "amounts = { decimal = \";\" }",
            "amounts.decimal: `;` is not a decimal mark; there are `.`, `,`",
        ),
        (
            "amounts = { thousand = \".\" }",
            "amounts.thousand: there is no such key; did you mean `thousands`?",
        ),
        (
            "amounts = { unit = \"minors\" }",
            "amounts.unit: `minors` is not a unit of amounts; there are major, minor; did you mean `minor`?",
        ),
        (
            "amounts = { decimal = \",\", thousands = \",\" }",
            "amounts.thousands: is the decimal mark too, so nobody could tell 1.250 from 1250",
        ),
        (
            "amounts = { symbols = [\"$\", \" \"] }",
            "amounts.symbols[1]: is not a symbol that stands beside an amount, as in `$` or `USD`",
        ),
        (
            "amounts = { symbols = [\"€\", \"kr\"] }",
            "amounts.symbols[1]: stands for no known currency; give it one in the source's `currencies`, as in `\"kr\" = \"EUR\"`",
        ),
        (
            "amounts = { symbols = [\"C$\"] }",
            "amounts.symbols[0]: stands for no known currency; give it one in the source's `currencies`, as in `\"C$\" = \"EUR\"`",
        ),
        (
            "currencies = { EURO = \"EURO\" }",
            "currencies.EURO: `EURO` is not a currency code of three letters",
        ),
        (
            "currencies = { \"EURO \" = \"EUR\" }",
            "currencies.EURO : begins or ends with a space, and no value does",
        ),
        (
            "reply = { applied = \"OK {outcom}\" }",
            "reply.applied: there is no macro `{outcom}` here; there are {outcome}, {reason}, {parameter}; did you mean `{outcome}`?",
        ),
        (
            "reply = { refused = \"{click}\" }",
            "reply.refused: there is no macro `{click}` here; there are {outcome}, {reason}, {parameter}",
        ),
        (
            "reply = { applied = \"OK\", content_type = \"text\" }",
            "reply.content_type: `text` is not a content type, as in `text/plain`",
        ),
        (
            "reply = { content_type = \"text/plain\" }",
            "reply.content_type: changes nothing without `applied`, `duplicate` or `refused`",
        ),
        (
            "reply = { refused_status = 302 }",
            "reply.refused_status: is a redirect; a refusal is 200 to 299 or 400 to 499",
        ),
        (
            "reply = { refused_status = 503 }",
            "reply.refused_status: `503` is not between 200 and 499",
        ),
        (
            "names = { click_id = \"subid\" }",
            "names.click_id: `click_id` is not a meaning of a parameter; there are clickid, sum, type, status, currency, event_id, order_id, receipt, parent, time, token, format, disable_postback and sub1 to sub20; did you mean `clickid`?",
        ),
        (
            "names = { clickid = \"\" }",
            "names.clickid: the parameter name of `clickid` is empty",
        ),
        (
            "names = { clickid = \"sum\" }",
            "names.clickid: parameter `sum` cannot mean `clickid`: it means `sum`",
        ),
    ] {
        assert_eq!(problem("#source", line), format!("offer_source[0].{said}"));
    }
}

#[test]
fn an_address_range_that_is_none_is_named_by_its_place() {
    let said = problem("#source", "allow_ips = [\"10.0.0.0/8\", \"10.0.0.1/8\"]");
    assert!(
        said.starts_with("offer_source[0].allow_ips[1]: `10.0.0.1/8` has bits beyond its prefix"),
        "{said}"
    );
}

#[test]
fn a_parameter_row_says_what_is_wrong_with_it() {
    let row = "name = \"txid\", macro = \"{event_id}\", role = \"event_id\"";
    for (to, said) in [
        ("name = \"\"", "name: is empty"),
        (
            "name = \"a b\"",
            "name: holds ' ', which is not allowed in a parameter's name",
        ),
        (
            "name = \"sum\"",
            "name: `sum` already means the postback's `sum`; give the parameter another name",
        ),
        (
            "name = \"a:b\", role = \"event_id\"",
            "name: the parameter name of `event_id` holds ':', which is not allowed there",
        ),
        (
            "name = \"zip\", macro = \"{r}\"",
            "macro: `{r}` is read from the notification, and `from` does not say where",
        ),
        (
            "name = \"zip\", from = \"a[\"",
            "from: path `a[` holds a bracket out of place, an index is written `name[0]`",
        ),
        (
            "name = \"zip\", from = [\"a\", \"b[x]\"]",
            "from[1]: path `b[x]` holds the index `x`, which is not 0 to 999",
        ),
    ] {
        assert_eq!(problem(row, to), format!("offer_source[0].parameter[0].{said}"));
    }
}

#[test]
fn a_name_that_is_taken_is_told_at_its_own_row() {
    let row = "{ name = \"txid\", macro = \"{event_id}\", role = \"event_id\" }";
    assert_eq!(
        problems(&[(row, "{ name = \"\" }, { name = \"sum\" }")]),
        [
            "offer_source[0].parameter[0].name: is empty",
            "offer_source[0].parameter[1].name: `sum` already means the postback's `sum`; give the parameter another name",
        ]
    );
}

#[test]
fn an_offers_payout_is_not_negative_and_its_status_a_status() {
    for (line, said) in [
        ("payout = \"-1\"", "payout: `-1` is negative"),
        (
            "payout = \".5\"",
            "payout: `.5` is not an amount: a digit is missing beside the point or the sign",
        ),
        (
            "currency = \"EURO\"",
            "currency: `EURO` is not a currency code of three letters",
        ),
        (
            "default_status = \"\"",
            "default_status: `` is not a status; there are approved, pending, declined, other",
        ),
    ] {
        assert_eq!(problem("#offer", line), format!("offer[0].{said}"));
    }
}

#[test]
fn an_offers_url_is_a_template_without_secrets_and_conversions() {
    let url = |text: &str| problems(&[("https://shop.example.com/?id={clickid}", text)]);
    assert_eq!(
        url("https://shop.example.com/?id={clikid}&b={ofer}"),
        [
            "offer[0].url: unknown macro `{clikid}` at byte 29; did you mean `{clickid}`?",
            "offer[0].url: unknown macro `{ofer}` at byte 40"
        ]
    );
    assert_eq!(url("https://{sub1}.example.com/").len(), 1);
    assert_eq!(url("https://shop.example.com/?t={secret:T}").len(), 1);
    assert_eq!(url("https://shop.example.com/?p={payout}").len(), 1);
}

#[test]
fn a_macro_holds_nothing_that_would_tear_a_url_apart() {
    let row = |text: &str| format!("macro = \"{text}\"");
    for (text, character) in [
        ("{a} ", "' '"),
        ("a\\nb", "'\\n'"),
        ("\\u0000", "'\\0'"),
        ("\u{a0}", "'\\u{a0}'"),
    ] {
        let said = format!("holds {character}, which no URL can hold");
        assert_eq!(
            problem("macro = \"{event_id}\"", &row(text)),
            format!("offer_source[0].parameter[0].macro: {said}")
        );
        assert_eq!(
            problem("macro = \"[CLICK_ID]\"", &row(text)),
            format!("traffic_channel[0].parameter[0].macro: {said}")
        );
        assert_eq!(
            problem("#source", &format!("postback = {{ clickid = \"{text}\" }}")),
            format!("offer_source[0].postback.clickid: {said}")
        );
    }
    for text in ["#ID#", "%%ID%%", "{{id}}", "$id&", "{a|b}"] {
        tracker(&[("macro = \"{event_id}\"", &row(text))]);
    }
}
