//! Each doubt about a document has its path and its text.

use crate::support::{EVENTS, OFFER, warnings};

/// The doubts about a source for ClickBank's notifications.
fn notified(lines: &str) -> Vec<String> {
    warnings(&[
        ("\"generic\"", "\"clickbank-ins\""),
        (OFFER, "https://v.pay.clickbank.net/?cbitems=1&vtid={clickid}"),
        ("#source", lines),
    ])
}

#[test]
fn nothing_is_doubtful_about_the_base() {
    assert_eq!(warnings(&[]), [""; 0]);
}

#[test]
fn a_postback_without_types_covers_steps_and_reversals() {
    assert_eq!(
        warnings(&[("types = [\"Purchase\"]\n", "")]),
        [
            "campaign[0].postback[0].types: covers every type, steps and reversals too (`InitiateCheckout`, `Refund`); name the types that are meant"
        ]
    );
}

#[test]
fn a_copy_that_differs_from_its_channels_template_has_drifted() {
    let copy = |template: &str, own: &str| {
        warnings(&[
            ("https://ads.example.com/c?key={ref_id}&price={payout}", template),
            ("#postback", &format!("url = \"{own}\"")),
        ])
    };
    let template = "https://ads.example.com/c?key={ref_id}&goal=";
    for own in [
        "https://ads.example.com/c?key={ref_id}&goal=1",
        "https://ads.example.com/c?goal=2&key={ref_id}",
    ] {
        assert_eq!(copy(template, own), [""; 0], "{own}");
    }
    for own in [
        "https://ads.example.com/c?key={ref_id}",
        "https://ads.example.com/c?keys={ref_id}&goal=1",
        "https://ads.example.net/c?key={ref_id}&goal=1",
        "https://ads.example.com/c?key={ref_id}&goal=1&price={payout}",
    ] {
        assert_eq!(
            copy(template, own),
            [format!(
                "campaign[0].postback[0].url: differs from the template of channel `push`, `{template}`; a copy does not follow it"
            )]
        );
    }
}

#[test]
fn a_segment_of_the_path_that_the_template_leaves_open_is_no_drift() {
    assert_eq!(
        warnings(&[
            (
                "https://ads.example.com/c?key={ref_id}&price={payout}",
                "https://ads.example.com/name/REPLACE/at?key={ref_id}"
            ),
            (
                "#postback",
                "url = \"https://ads.example.com/name/joe/at?key={ref_id}\""
            ),
        ]),
        [""; 0]
    );
}

#[test]
fn transaction_types_that_are_not_matched_are_named() {
    assert_eq!(notified(&format!("secrets = [\"env:S\"]\n{EVENTS}")), [""; 0]);
    assert_eq!(
        notified(&format!(
            "secrets = [\"env:S\"]\n{}",
            EVENTS
                .replace("BILL = \"Purchase\", ", "")
                .replace("INSF = \"Refund\", ", "")
        )),
        [
            "offer_source[0].events: not matched, so stored without a conversion: `BILL`, `INSF`; match each to a type, or to \"\" if that is meant"
        ]
    );
    let kinds = EVENTS.replace("SALE", "sale").replace("RFND", "refund");
    assert_eq!(
        notified(&format!("secrets = [\"env:S\"]\n{kinds}")),
        [""; 0],
        "a neutral kind covers its word"
    );
}

#[test]
fn a_word_that_clickbank_does_not_send_is_named_with_a_suggestion() {
    let events = EVENTS.replace(
        "events = { ",
        "events = { CANCEL_REBIL = \"\", TEST_SALE = \"Purchase\", INITIATE_CHECKOUT = \"\", ",
    );
    assert_eq!(
        notified(&format!("secrets = [\"env:S\"]\n{events}")),
        [
            "offer_source[0].events.CANCEL_REBIL: is not a word of ClickBank's, as far as is known; did you mean `CANCEL-REBILL`?"
        ]
    );
}

#[test]
fn a_mistaken_word_comes_before_the_one_that_is_missing_for_it() {
    let events = EVENTS.replace("SALE =", "Sale =");
    let said = notified(&format!("secrets = [\"env:S\"]\n{events}"));
    assert!(said[0].ends_with("did you mean `SALE`?"), "{said:?}");
    assert!(said[1].starts_with("offer_source[0].events: not matched"), "{said:?}");
}

#[test]
fn postbacks_under_clickbanks_own_words_are_matched_or_named() {
    let url = "https://hop.clickbank.net/?vendor=v&tid={clickid}";
    let doubts = |events: &str, types: &str| {
        let root = format!("#root\n{types}");
        warnings(&[
            ("\"generic\"", "\"clickbank-s2s\""),
            (OFFER, url),
            ("#source", events),
            ("#root", &root),
        ])
    };
    let said = |words: &str| {
        format!(
            "offer_source[0].events: postbacks with {words}, ClickBank's own words, are kept under unknown types; match each to a type, or to \"\" if that is meant"
        )
    };
    assert_eq!(doubts("", ""), [said("`PURCHASE` and `UPSELL`")]);
    assert_eq!(doubts("events = { PURCHASE = \"Purchase\" }", ""), [said("`UPSELL`")]);
    assert_eq!(doubts("events = { upsell = \"\" }", ""), [said("`PURCHASE`")]);
    for sale in ["PURCHASE", "SALE", "sale"] {
        for upsell in ["UPSELL", "upsell"] {
            let events = format!("events = {{ {sale} = \"Purchase\", {upsell} = \"Purchase\" }}");
            assert_eq!(doubts(&events, ""), [""; 0], "{events}");
        }
    }
    for names in [["PURCHASE", "UPSELL"], ["Initial Purchase", "Upsell Purchase"]] {
        let types = names
            .map(|name| format!("[[conversion_type]]\nname = \"{name}\"\n"))
            .concat();
        assert_eq!(doubts("", &types), [""; 0], "{names:?}");
    }
}

#[test]
fn an_open_type_is_not_edited_and_uses_up_no_event_id() {
    let open = |policy: &str, own: &str| {
        let found = warnings(&[
            (
                "#source",
                &format!("duplicates = \"{policy}\"\nopen_types = [\"InitiateCheckout\"]"),
            ),
            ("counts = \"step\"", &format!("counts = \"step\"\n{own}")),
        ]);
        let of_orders = |said: &String| said.contains("`update` follows an order");
        found.into_iter().filter(|said| !of_orders(said)).collect::<Vec<_>>()
    };
    let said = |policy: &str, can: &str| {
        format!(
            "offer_source[0].open_types[0]: `InitiateCheckout` is open under the policy `{policy}`, so anyone could {can}; give the type `duplicates = \"ignore\"`"
        )
    };
    let (edit, event_id) = (
        said("edit", "rewrite what the network said"),
        said("ignore_event_id", "use up an event id before the network sends it"),
    );
    assert_eq!(open("edit", ""), [edit]);
    assert_eq!(open("ignore_event_id", ""), [event_id.as_str()]);
    assert_eq!(open("create", "duplicates = \"ignore_event_id\""), [event_id]);
    assert_eq!(open("edit", "duplicates = \"ignore\""), [""; 0]);
    for policy in ["create", "create_marked", "ignore", "increment"] {
        assert_eq!(open(policy, ""), [""; 0], "{policy}");
    }
}

#[test]
fn a_status_that_holds_an_events_name_is_doubtful() {
    let urls = "clickid = \"{sub1}\", sum = \"{payout}\"";
    assert_eq!(
        warnings(&[(
            "#source",
            &format!("postback = {{ {urls}, status = \"{{event_type}}\" }}")
        )]),
        ["offer_source[0].postback.status: `{event_type}` is the name of an event, not a status; send it as the type"]
    );
    assert_eq!(
        warnings(&[("#source", &format!("postback = {{ {urls}, status = \"{{status}}\" }}"))]),
        [""; 0]
    );
    assert_eq!(
        warnings(&[("#source", "statuses = { RFND = \"approved\" }")]),
        [
            "offer_source[0].statuses.RFND: `RFND` takes money back and never earns, so it is read as `declined`, not as `approved`"
        ]
    );
    assert_eq!(warnings(&[("#source", "statuses = { RFND = \"declined\" }")]), [""; 0]);
}

/// The template of the notifications matches the guide's word for the order form to None.
#[test]
fn an_open_type_that_the_events_match_to_something_else_is_not_open() {
    let open = |name: &str| {
        warnings(&[
            ("\"generic\"", "\"clickbank-ins\""),
            (OFFER, "https://v.pay.clickbank.net/?cbitems=1&vtid={clickid}"),
            ("name = \"InitiateCheckout\"", &format!("name = \"{name}\"")),
            (
                "#source",
                &format!("secrets = [\"env:S\"]\n{EVENTS}\nopen_types = [\"{name}\"]"),
            ),
        ])
    };
    assert_eq!(open("InitiateCheckout"), [""; 0]);
    for name in ["INITIATE_CHECKOUT", "Initiate_Checkout"] {
        assert_eq!(
            open(name),
            [format!(
                "offer_source[0].open_types[0]: `events` matches the word `{name}` to something else, so the type is not open; rename the type"
            )]
        );
    }
}

#[test]
fn clickbanks_earnings_have_no_other_currency() {
    let lines = format!("secrets = [\"env:S\"]\n{EVENTS}");
    assert_eq!(
        notified(&format!("{lines}\ncurrency = \"EUR\"")),
        [
            "offer_source[0].currency: does not apply to the amounts that ClickBank sends: earnings are in USD; only the offers' own payouts are \
             read in this currency"
        ]
    );
    assert_eq!(notified(&format!("{lines}\ncurrency = \"USD\"")), [""; 0]);
    assert_eq!(
        notified(&format!("{lines}\ncurrency = \"EUR\"\namount = \"order\"")),
        [""; 0],
        "an order may come without its currency"
    );
    let of_others = warnings(&[("#source", "currency = \"EUR\"")]);
    assert!(
        of_others.iter().all(|said| !said.contains("ClickBank")),
        "{of_others:?}"
    );
}

#[test]
fn a_condition_on_what_no_conversion_has_is_named_with_a_suggestion() {
    let doubts = |line: &str| {
        warnings(&[
            (
                "role = \"event_id\" }",
                "role = \"event_id\" }, { name = \"product\", macro = \"{p}\" }, { name = \"mail\", role = \"email\" }",
            ),
            ("#postback", line),
        ])
    };
    let never = |place: &str, name: &str, near: &str| {
        format!(
            "campaign[0].postback[0].{place}: `{name}` is neither a macro nor a parameter of the offers' sources, so no conversion has it{near}"
        )
    };
    assert_eq!(
        doubts("where = { prodcut = \"1\", product = \"1\", sub1 = \"1\", p_sub3 = \"1\" }"),
        [never("where.prodcut", "prodcut", "; did you mean `product`?")]
    );
    assert_eq!(
        doubts("require = [\"ref_id\", \"contry\", \"txid\", \"qqq\"]"),
        [
            never("require[1]", "contry", "; did you mean `country`?"),
            never("require[3]", "qqq", ""),
        ]
    );
    assert_eq!(
        doubts("when = [\"country in US\", \"prodcut equals 1\"]"),
        [never("when[1]", "prodcut", "; did you mean `product`?")]
    );
    assert_eq!(
        doubts("require = [\"mails\"]"),
        [never("require[0]", "mails", "")],
        "a personal one is not suggested"
    );
}

#[test]
fn a_condition_may_name_a_parameter_of_any_source_of_the_campaigns_offers() {
    let other = "[[offer_source]]\nid = \"other\"\ndefault = true\ntokens = [\"env:T\"]\n\
                 parameter = [{ name = \"plan\", role = \"event_id\" }]\n\
                 [[offer]]\nid = \"pen\"\nsource = \"other\"\nurl = \"https://pen.example.com/?c={clickid}\"\n";
    let doubts = |offers: &str| {
        warnings(&[
            ("[[traffic_channel]]", &format!("{other}\n[[traffic_channel]]")),
            ("[{ offer = \"book\" }]", offers),
            ("#postback", "require = [\"plan\"]"),
        ])
    };
    assert_eq!(doubts("[{ offer = \"book\" }, { offer = \"pen\" }]"), [""; 0]);
    assert_eq!(
        doubts("[{ offer = \"book\" }]"),
        [
            "campaign[0].postback[0].require[0]: `plan` is neither a macro nor a parameter of the offers' sources, so no conversion has it"
        ]
    );
}

#[test]
fn without_a_secret_no_notification_can_be_read() {
    assert_eq!(
        notified(EVENTS),
        ["offer_source[0].secrets: without a secret no notification can be read"]
    );
}

#[test]
fn a_role_is_known_or_ones_own() {
    assert_eq!(
        warnings(&[(
            "role = \"event_id\" }",
            "role = \"event_id\" }, { name = \"a\", role = \"zipp\" }, { name = \"b\", role = \"x_zipp\" }, { name = \"c\", role = \"rt_ad\" }"
        )]),
        [
            "offer_source[0].parameter[1].role: `zipp` is not a known role; one of your own begins with `x_`; did you mean `zip`?",
            "offer_source[0].parameter[3].role: `rt_ad` is a role for a traffic channel's parameter, not for an offer source's",
        ]
    );
    assert_eq!(
        warnings(&[(
            "macro = \"[CLICK_ID]\" }",
            "macro = \"[CLICK_ID]\", role = \"rt_campain\" }, { slot = \"sub1\", name = \"a\", role = \"email\" }"
        )]),
        [
            "traffic_channel[0].parameter[0].role: `rt_campain` is not a known role; one of your own begins with `x_`; did you mean `rt_campaign`?",
            "traffic_channel[0].parameter[1].role: `email` is a role for an offer source's parameter, not for a traffic channel's",
        ]
    );
    assert_eq!(
        warnings(&[
            (
                "role = \"event_id\" }",
                "role = \"event_id\" }, { name = \"a\", role = \"gclid\" }"
            ),
            (
                "macro = \"[CLICK_ID]\" }",
                "macro = \"[CLICK_ID]\", role = \"fbclid\" }, { slot = \"sub1\", name = \"a\", role = \"FBCLID\" }, \
                 { slot = \"sub2\", name = \"b\", role = \"gcild\" }"
            )
        ]),
        [
            "offer_source[0].parameter[1].role: `gclid` is a role for a traffic channel's parameter, not for an offer source's",
            "traffic_channel[0].parameter[1].role: `FBCLID` is not a known role; one of your own begins with `x_`; did you mean `fbclid`?",
            "traffic_channel[0].parameter[2].role: `gcild` is not a known role; one of your own begins with `x_`; did you mean `gclid`?",
        ]
    );
}

#[test]
fn a_source_without_tokens_and_addresses_accepts_anyone() {
    let tokens = "tokens = [\"env:TOKEN\"]";
    assert_eq!(
        warnings(&[(tokens, "")]),
        ["offer_source[0].tokens: anyone may send postbacks: there are neither tokens nor `allow_ips`"]
    );
    assert_eq!(warnings(&[(tokens, "allow_ips = [\"192.0.2.0/24\"]")]), [""; 0]);
}

#[test]
fn a_version_whose_check_can_be_guessed_is_doubtful() {
    let taking = |versions| notified(&format!("secrets = [\"env:S\"]\nins_versions = [{versions}]\n{EVENTS}"));
    assert_eq!(
        taking("\"4.0\", \"2.1\", \"8.0\""),
        [
            "offer_source[0].ins_versions: `4.0`, `2.0`: only a check of 32 bits protects them, and they hold less data; \
          choose 6.0 or later in ClickBank where you can",
            "offer_source[0].ins_versions: old and new versions: for an order of several products an old version sends a notification for each \
             product and a new one sends one for all, so an account with both URLs counts the order twice; have ClickBank send only one of the two"
        ]
    );
    for versions in ["\"1.0\", \"4.0\"", "\"1.0\", \"7.0\""] {
        assert_eq!(
            taking(versions)[1..],
            [
                "offer_source[0].ins_versions: `1.0` and another version: in 1.0 nothing shows that two notifications report the same sale, so an \
                 account with both URLs counts each order twice; have ClickBank send only one of the two"
            ]
        );
    }
    assert_eq!(taking("\"1.0\"").len(), 1);
    assert_eq!(taking("\"4.0\"").len(), 1);
    assert_eq!(taking("\"6.0\""), [""; 0]);
}

#[test]
fn a_named_currency_without_a_rate_is_doubtful() {
    let rate = "[[rate]]\nfrom = \"EUR\"\nto = \"USD\"\nrate = \"1.08\"\nsince = \"2026-01-01\"\n";
    let said = "offer_source[0]: amounts in EUR have no rate into the account's USD, so they earn nothing and no channel is told of them; add \
                `[[rate]]` with `from = \"EUR\"` and `to = \"USD\"`";
    for line in [
        "currency = \"EUR\"",
        "currencies = { Euro = \"EUR\" }",
        "amounts = { symbols = [\"€\", \"EUR\", \"$\"] }",
    ] {
        assert_eq!(warnings(&[("#source", line)]), [said], "{line}");
        let rated = [
            ("#source", line),
            ("[[offer_source]]", &format!("{rate}[[offer_source]]")),
        ];
        assert_eq!(warnings(&rated), [""; 0], "{line}");
    }
    for line in ["currency = \"USD\"", "amounts = { symbols = [\"$\"] }"] {
        assert_eq!(warnings(&[("#source", line)]), [""; 0], "{line}");
    }
}

#[test]
fn a_campaign_without_a_path_sends_nobody_anywhere() {
    assert_eq!(
        warnings(&[("[[campaign.path]]\noffers = [{ offer = \"book\" }]\n", "")]),
        ["campaign[0].path: there is none, so no click can be sent to an offer"]
    );
}

#[test]
fn a_part_that_changes_nothing_yet_is_named() {
    let said = "is accepted, and changes nothing in this version";
    let api = "api = { recipe = \"push\", key = \"env:K\" }";
    assert_eq!(
        warnings(&[("#channel", api)]),
        [format!("traffic_channel[0].api: {said}")]
    );
    assert_eq!(
        warnings(&[("#campaign", "cost = { model = \"cpm\", amount = \"1\" }")]),
        ["campaign[0].cost.model: `cpm` is accepted, and changes nothing in this version"]
    );
}
