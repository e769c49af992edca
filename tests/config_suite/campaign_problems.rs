//! Problems of channels, campaigns and postbacks.

use crate::support::{changed, compiled, problem, problems, tracker};

const URL: &str = "https://ads.example.com/c?key={ref_id}&price={payout}";

fn url(text: &str) -> Vec<String> {
    problems(&[("#postback", &format!("url = \"{text}\""))])
}

#[test]
fn a_postbacks_url_reports_each_of_its_problems() {
    assert_eq!(
        url("https://a.example/?k={refid}&goal=&x=REPLACE&y=OPTIONAL&z=[CLICK_ID]"),
        [
            "campaign[0].postback[0].url: unknown macro `{refid}` at byte 21; did you mean `{ref_id}`?",
            "campaign[0].postback[0].url: parameter `goal` has no value: write one, or give `goal` in `values`",
            "campaign[0].postback[0].url: parameter `x` is still `REPLACE`: write its value, or give `x` in `values`",
            "campaign[0].postback[0].url: parameter `y` is still `OPTIONAL`: write its value, or give `y` in `values`",
            "campaign[0].postback[0].url: parameter `z` is `[CLICK_ID]`, another system's macro, which would be sent as it is; name a field, as in `{ref_id}`",
        ]
    );
}

#[test]
fn a_macro_in_the_scheme_or_the_host_is_refused() {
    let said = "campaign[0].postback[0].url: a macro stands in the scheme or the host part, so a value could choose who is called; write the host out";
    for text in ["https://{sub1}/", "https://a.{sub1}.example/", "{sub1}://a.example/"] {
        assert_eq!(url(text), [said], "{text}");
    }
}

#[test]
fn a_status_map_misses_nothing_or_has_a_star() {
    assert_eq!(
        url("https://a.example/?s={status:approved=1 pending=0}"),
        [
            "campaign[0].postback[0].url: map `{status:approved=1 pending=0}` at byte 21 has no entry for declined, other and no `*=`"
        ]
    );
    tracker(&[("#postback", "url = \"https://a.example/?s={status:approved=1 *=0}\"")]);
}

#[test]
fn a_channels_template_is_checked_without_a_campaign_and_may_have_blanks() {
    assert_eq!(
        problems(&[(URL, "https://a.example/?k={refid}&goal=")]),
        [
            "traffic_channel[0].postback.url: unknown macro `{refid}` at byte 21; did you mean `{ref_id}`?",
            "campaign[0].postback[0].url: unknown macro `{refid}` at byte 21; did you mean `{ref_id}`?",
            "campaign[0].postback[0].url: parameter `goal` has no value: write one, or give `goal` in `values`",
        ]
    );
}

#[test]
fn values_fill_the_blanks_of_the_channels_template() {
    let blank = (URL, "https://a.example/?k={ref_id}&goal=&ap=REPLACE");
    tracker(&[blank, ("#postback", "values = { goal = \"0123\", ap = \"k\" }")]);
    assert_eq!(
        problems(&[
            blank,
            ("#postback", "values = { goal = \"1\", ap = \"k\", gaol = \"1\" }")
        ])
        .len(),
        1,
        "a value that fills nothing"
    );
}

#[test]
fn a_slot_is_one_of_twenty_or_has_a_name() {
    for (slot, near) in [
        ("sub0", ""),
        ("sub21", ""),
        ("ref", ""),
        ("refid", "; did you mean `ref_id`?"),
        ("costs", "; did you mean `cost`?"),
    ] {
        assert_eq!(
            problem("slot = \"ref_id\"", &format!("slot = \"{slot}\"")),
            format!(
                "traffic_channel[0].parameter[0].slot: `{slot}` is not a slot; there are ref_id, external_id, cost and sub1 to sub20{near}"
            )
        );
    }
    for slot in ["sub1", "sub19", "sub20"] {
        tracker(&[("slot = \"ref_id\"", &format!("slot = \"{slot}\""))]);
    }
}

#[test]
fn a_cost_cannot_be_required() {
    assert_eq!(
        problem("slot = \"ref_id\"", "slot = \"cost\", required = true"),
        "traffic_channel[0].parameter[0].required: a click without a cost gets the campaign's cost, so `cost` cannot be required"
    );
}

#[test]
fn a_cost_has_a_model_and_the_amount_that_it_needs() {
    for (cost, said) in [
        (
            "model = \"cpx\"",
            "model: `cpx` is not a cost model; there are cpc, cpa, cpm, popcpm, revshare, none; did you mean `cpa`?",
        ),
        (
            "model = \"none\", amount = \"1\"",
            "amount: the model `none` has no amount",
        ),
        ("model = \"cpm\", amount = \"-1\"", "amount: `-1` is negative"),
        (
            "model = \"revshare\", amount = \"1001\"",
            "amount: percentage `1001` is not between 0 and 1000",
        ),
    ] {
        assert_eq!(
            problem("#campaign", &format!("cost = {{ {cost} }}")),
            format!("campaign[0].cost.{said}")
        );
    }
    for cost in [
        "model = \"cpc\", amount = \"0.02\"",
        "model = \"none\"",
        "model = \"revshare\", amount = \"30\"",
    ] {
        tracker(&[("#campaign", &format!("cost = {{ {cost} }}"))]);
    }
}

#[test]
fn weights_are_not_all_zero() {
    assert_eq!(
        problem("[[campaign.path]]", "[[campaign.path]]\nweight = 0"),
        "campaign[0].path: every weight is zero, so none can be chosen"
    );
    assert_eq!(
        problem("{ offer = \"book\" }", "{ offer = \"book\", weight = 0 }"),
        "campaign[0].path[0].offers: every weight is zero, so none can be chosen"
    );
    assert_eq!(
        problem("[{ offer = \"book\" }]", "[]"),
        "campaign[0].path[0].offers: a path needs an offer"
    );
}

#[test]
fn a_word_or_a_text_of_a_postback_is_checked() {
    for (line, said) in [
        (
            "statuses = [\"Approved\"]",
            "statuses[0]: `Approved` is not a status; there are approved, pending, declined, other; did you mean `approved`?",
        ),
        (
            "updates = \"always\"",
            "updates: `always` is not a way to treat updates; there are first_match, every_change, never",
        ),
        (
            "negative = \"sent\"",
            "negative: `sent` is not a way to treat negative payouts; there are skip, send; did you mean `send`?",
        ),
        ("method = \"PUT\"", "method: `PUT` is not a method; there are GET, POST"),
        ("payout = {}", "payout: needs either `percent` or `fixed`"),
        (
            "payout = { percent = \"50\", fixed = \"1\" }",
            "payout: needs either `percent` or `fixed`",
        ),
        (
            "payout = { percent = \"1000.1\" }",
            "payout.percent: percentage `1000.1` is not between 0 and 1000",
        ),
        ("payout = { fixed = \"-25\" }", "payout.fixed: `-25` is negative"),
        ("min_payout = \"-1\"", "min_payout: `-1` is negative"),
        ("share = \"-1\"", "share: percentage `-1` is not between 0 and 1000"),
        ("share = \"101\"", "share: a share is at most 100%, not 101%"),
        (
            "within = \"1x\"",
            "within: `1x` is not a duration, as in `60d`, `12h`, `30m`, `5s` or `1h30m`",
        ),
        ("where = { \"\" = \"1\" }", "where.: the parameter's name is empty"),
        ("require = [\"\"]", "require[0]: the parameter's name is empty"),
        (
            "when = [\"sub1 is there\", \"payout at least ten\"]",
            "when[1]: `payout at least ten` is not a condition: `ten` is not an amount: it holds 't'",
        ),
        (
            "when = [\"\"]",
            "when[0]: `` is not a condition: it is empty; a condition is a name, an operation and a value, as in `payout at least 10.00`",
        ),
        (
            "success = { status = \"ok\" }",
            "success.status: `ok` is not a list of HTTP statuses, as in `2xx`, `200,204` or `200-299`",
        ),
        ("success = { body_includes = \"\" }", "success.body_includes: is empty"),
        (
            "retry = { first = \"1h\", longest = \"30m\" }",
            "retry.longest: the longest wait is shorter than the first one",
        ),
        (
            "retry = { first = \"25h\" }",
            "retry.first: the longest wait is shorter than the first one",
        ),
        (
            "content_type = \"text/plain\"",
            "content_type: there is no `body` that it could describe",
        ),
        ("body = \"{}\"\nmethod = \"GET\"", "method: a GET has no body"),
        (
            "sign = [\"env:HOOK\"]",
            "sign: there is no `body` that it could sign; receivers of signed requests expect one",
        ),
        (
            "body = \"{}\"\nsign = [\"whsec_CANARY\"]",
            "sign[0]: a secret stands here in the clear; write where it is kept, as in `env:NAME`, `file:PATH` or `host:NAME`",
        ),
    ] {
        assert_eq!(problem("#postback", line), format!("campaign[0].postback[0].{said}"));
    }
}

#[test]
fn a_condition_does_not_read_what_is_personal() {
    let rows = |more: &str| {
        format!(
            "role = \"event_id\" }}, {{ name = \"mail\", macro = \"{{m}}\", role = \"email\" }}, {{ name = \"sub3\", role = \"phone\" }}{more}"
        )
    };
    let said = |line: &str| problems(&[("role = \"event_id\" }", &rows("")), ("#postback", line)]);
    let personal = |place: &str, name: &str| {
        [format!(
            "campaign[0].postback[0].{place}: `{name}` is a personal value, which no rule can read"
        )]
    };
    assert_eq!(said("where = { mail = \"a\" }"), personal("where.mail", "mail"));
    assert_eq!(said("require = [\"txid\", \"mail\"]"), personal("require[1]", "mail"));
    assert_eq!(said("require = [\"p_sub3\"]"), personal("require[0]", "p_sub3"));
    assert_eq!(said("when = [\"mail contains @\"]"), personal("when[0]", "mail"));
    for line in [
        "require = [\"sub3\"]",
        "require = [\"p_sub4\"]",
        "where = { txid = \"1\" }",
    ] {
        tracker(&[("role = \"event_id\" }", &rows("")), ("#postback", line)]);
    }
}

#[test]
fn a_parameter_that_is_personal_at_one_source_alone_may_be_named() {
    let other = "[[offer_source]]\nid = \"other\"\ndefault = true\nparameter = [{ name = \"txid\", role = \"email\" }]\n\
                 [[offer]]\nid = \"pen\"\nsource = \"other\"\nurl = \"https://pen.example.com/\"\n\n[[traffic_channel]]";
    let changes = |offers| {
        [
            ("[[traffic_channel]]", other),
            ("[{ offer = \"book\" }]", offers),
            ("#postback", "require = [\"txid\"]"),
        ]
    };
    tracker(&changes("[{ offer = \"book\" }, { offer = \"pen\" }]"));
    tracker(&changes("[{ offer = \"book\" }]"));
    assert_eq!(
        problems(&changes("[{ offer = \"pen\" }]")),
        ["campaign[0].postback[0].require[0]: `txid` is a personal value, which no rule can read"]
    );
}

#[test]
fn a_fixed_payout_has_no_more_digits_than_the_channels_currency() {
    let fixed = |currency: &str, amount: &str| {
        let currency = format!("currency = \"{currency}\"");
        let payout = format!("payout = {{ fixed = \"{amount}\" }}");
        let text = changed(&[("currency = \"EUR\"", &currency), ("#postback", &payout)]);
        compiled(&text).map(|_| ())
    };
    for (currency, amount, digits) in [("USD", "25.005", 2), ("JPY", "25.5", 0), ("KWD", "0.0001", 3)] {
        assert_eq!(
            fixed(currency, amount),
            Err(vec![format!(
                "campaign[0].postback[0].payout.fixed: `{amount}` is finer than {currency}, which has {digits} digits after the point"
            )])
        );
    }
    for (currency, amount) in [
        ("USD", "25.05"),
        ("USD", "25.000"),
        ("JPY", "25"),
        ("JPY", "25.0"),
        ("KWD", "0.001"),
    ] {
        assert_eq!(fixed(currency, amount), Ok(()), "{amount} {currency}");
    }
}

#[test]
fn a_body_is_a_template_of_its_content_type() {
    let said = problem("#postback", "body = '{\"v\": {payut}}'");
    assert!(
        said.starts_with("campaign[0].postback[0].body: unknown macro `{payut}` at byte "),
        "{said}"
    );
    assert!(said.ends_with("; did you mean `{payout}`?"), "{said}");
    assert_eq!(
        problem("#postback", "body = \"a\"\ncontent_type = \"text/xml\""),
        "campaign[0].postback[0].body: content type `text/xml` has no templates; known are application/json, application/x-www-form-urlencoded and text/plain"
    );
    tracker(&[(
        "#postback",
        "body = \"v={payout}\"\ncontent_type = \"application/x-www-form-urlencoded\"",
    )]);
}

#[test]
fn conversion_apis_are_checked_for_their_shape() {
    let api = "[[conversion_api]]\nid = \"ms\"\nplatform = \"microsoft\"\npixel = \"7\"\ntoken = \"env:T\"\n";
    for (more, said) in [
        (
            "evnts = {}",
            "conversion_api[0].evnts: there is no such key; did you mean `events`?",
        ),
        ("value = \"-1\"", "conversion_api[0].value: `-1` is negative"),
        (
            "events = { Purchas = \"Purchase\" }",
            "conversion_api[0].events.Purchas: there is no conversion type `Purchas`; did you mean `Purchase`?",
        ),
        (
            "event_source_url = 1",
            "conversion_api[0].event_source_url: is a number, not a text; write it in quotes: \"1\"",
        ),
    ] {
        assert_eq!(problem("#root", &format!("{api}{more}")), said);
    }
    assert_eq!(
        problem(
            "#root",
            "[[conversion_api]]\nid = \"fb\"\nplatform = \"facebook\"\npixel = \"1\"\nevent_source_url = \"https://a.example/\"\ntoken = \"env:T\""
        ),
        "conversion_api[0].platform: `facebook` is not a platform; there are meta, google, tiktok, microsoft"
    );
    let refers = "[[campaign.conversion_api]]\nid = \"a\"\napi = \"mss\"";
    assert_eq!(
        problems(&[("#root", api), ("#postback", refers)]),
        ["campaign[0].conversion_api[0].api: there is no conversion API `mss`; did you mean `ms`?"]
    );
    assert_eq!(
        problem("#channel", "api = { recipe = \"\", key = \"env:A\" }"),
        "traffic_channel[0].api.recipe: is empty"
    );
}
