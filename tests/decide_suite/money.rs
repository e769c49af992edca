//! **Money**: sum, revenue, payout.

use postback_test::{TRACKED, World, document, notification, with, with_postback};
use serde_json::{Value, json};

/// One postback to the channel for each macro of money.
fn telling(change: impl FnOnce(&mut Value)) -> World {
    let mut document = with_postback(json!({
        "url": "https://push.example/log?payout={payout}&offer={offer_payout}&sum={sum}&fixed={cust_payout}&currency={currency}",
    }));
    change(&mut document);
    World::new(&document)
}

#[test]
fn the_sum_is_what_came_in_its_currency() {
    let world = World::new(&document());
    world.postback("clickid=c1&sum=8.50&currency=USD");
    assert_eq!(world.told(), ["Purchase approved 8.5 USD 8.5 USD"]);
}

#[test]
fn an_amount_without_a_currency_is_in_that_of_the_source() {
    let world = World::new(&with(|d| d["offer_source"][0]["currency"] = "EUR".into()));
    assert_eq!(world.postback("clickid=c1&sum=8.5"), "applied: no_rate");
    assert_eq!(world.told(), ["Purchase approved 8.5 EUR no rate"]);
}

#[test]
fn without_a_rate_it_is_stored_and_a_postback_that_needs_the_amount_says_so() {
    let world = telling(|_| {});
    let plan = world.plan("clickid=c1&sum=8&currency=EUR");
    assert_eq!(world.told(), ["Purchase approved 8 EUR no rate"]);
    assert_eq!(
        postback_test::verdicts(&plan),
        ["p: not rendered: `{payout}` has no rate into the channel's currency"]
    );
    let plain = World::new(&with_postback(json!({"url": "https://push.example/log?key={ref_id}"})));
    plain.postback("clickid=c1&sum=8&currency=EUR");
    assert_eq!(plain.sent(), ["key=ref-c1"]);
}

/// An account whose channel has three postbacks: one tells the payout, one a fixed payout, and one
/// tells no amount.
fn three(change: impl FnOnce(&mut Value)) -> World {
    World::new(&with(|d| {
        d["campaign"][0]["postback"] = json!([
            {"id": "price", "url": "https://push.example/log?price={payout}", "negative": "send"},
            {"id": "fixed", "url": "https://push.example/log?fixed={payout}&sum={sum}&in={currency}",
             "payout": {"fixed": "25"}, "negative": "send"},
            {"id": "plain", "url": "https://push.example/log?type={type}&in={currency}", "negative": "send"},
        ]);
        change(d);
    }))
}

const LACKS: &str = "is not known, since no amount came; a postback with a fixed `payout` fires without one";

#[test]
fn what_is_money_and_came_without_an_amount_is_never_told_as_zero() {
    let missing = ["", "&sum=", "&sum={payout}", "&sum=null", "&sum.eur=5", "&sum[]=5"];
    for query in missing {
        for (name, fixed) in [("Purchase", "25"), ("Upsell", "25"), ("Rebill", "25")] {
            let world = three(|_| {});
            let plan = world.plan(&format!("clickid=c1&eventid=A&type={name}{query}"));
            let mut sent = world.sent();
            sent.sort();
            let expected = [format!("fixed={fixed}&sum=&in=USD"), format!("type={name}&in=USD")];
            assert_eq!(sent, expected, "{name}{query}");
            let verdicts = postback_test::verdicts(&plan);
            assert_eq!(
                verdicts[0],
                format!("price: not rendered: `{{payout}}` {LACKS}"),
                "{name}{query}"
            );
            assert_eq!(
                plan.reply.reason.map(|reason| reason.as_str()),
                Some("no_amount"),
                "{name}{query}"
            );
            assert_eq!(world.told(), [format!("{name} approved none nothing")], "{name}{query}");
        }
    }
}

#[test]
fn a_reversal_of_nothing_known_is_never_told_as_zero() {
    for name in ["Refund", "Chargeback"] {
        let world = three(|_| {});
        let plan = world.plan(&format!("clickid=c1&type={name}"));
        let mut sent = world.sent();
        sent.sort();
        assert_eq!(
            sent,
            ["fixed=-25&sum=&in=USD".to_owned(), format!("type={name}&in=USD")]
        );
        assert_eq!(plan.reply.reason.map(|reason| reason.as_str()), Some("no_amount"));
    }
}

#[test]
fn a_step_has_no_amount_and_tells_zero() {
    let world = three(|_| {});
    assert_eq!(
        world.postback("clickid=c1&type=InitiateCheckout&sum={payout}"),
        "applied"
    );
    assert!(world.sent().contains(&"price=0".to_owned()), "{:?}", world.sent());
}

#[test]
fn zero_is_an_amount() {
    let world = three(|_| {});
    assert_eq!(world.postback("clickid=c1&sum=0.00"), "applied");
    assert!(world.sent().contains(&"price=0".to_owned()), "{:?}", world.sent());
}

#[test]
fn every_macro_of_the_amount_needs_it_and_a_map_may_say_what_stands_for_nothing() {
    let told = |url: &str| {
        let world = World::new(&with_postback(json!({"url": url})));
        let plan = world.plan("clickid=c1&eventid=A");
        (world.sent(), postback_test::verdicts(&plan).remove(0))
    };
    for name in [
        "payout",
        "offer_payout",
        "payout_delta",
        "sum",
        "_sum",
        "payout:0=none *=some",
    ] {
        let (sent, verdict) = told(&format!("https://push.example/log?price={{{name}}}"));
        assert!(sent.is_empty(), "{name}: {sent:?}");
        assert_eq!(verdict, format!("p: not rendered: `{{{name}}}` {LACKS}"));
    }
    for name in ["payout:=none *=some", "sum:=none"] {
        assert_eq!(
            told(&format!("https://push.example/log?price={{{name}}}")).0,
            ["price=none"]
        );
    }
}

#[test]
fn a_sale_without_an_amount_has_no_reason_if_nothing_lacks_it() {
    let world = World::new(&with_postback(json!({"url": "https://push.example/log?key={ref_id}"})));
    assert_eq!(world.postback("clickid=c1&eventid=A"), "applied");
    assert_eq!(world.postback("clickid=c1&eventid=B&sum="), "applied: no_amount");
    assert_eq!(world.sent().len(), 2);
    // What another condition stops does not lack an amount.
    let world = World::new(&with_postback(json!({
        "url": "https://push.example/log?price={payout}", "min_payout": "5", "types": ["Upsell"],
    })));
    assert_eq!(world.postback("clickid=c1&eventid=A"), "applied");
    let world = World::new(&with_postback(
        json!({"url": "https://push.example/log", "min_payout": "5"}),
    ));
    assert_eq!(world.postback("clickid=c1&eventid=A"), "applied: no_amount");
}

#[test]
fn an_amount_that_comes_later_fires_what_lacked_it() {
    for policy in ["update", "edit", "increment"] {
        for updates in ["first_match", "every_change"] {
            let world = three(|d| {
                d["offer_source"][0]["duplicates"] = policy.into();
                d["campaign"][0]["postback"].as_array_mut().unwrap().truncate(1);
                d["campaign"][0]["postback"][0]["updates"] = updates.into();
                d["campaign"][0]["postback"][0]["url"] =
                    "https://push.example/log?price={payout}&more={payout_delta}".into();
            });
            assert_eq!(world.postback("clickid=c1&eventid=A&time=@60"), "applied: no_amount");
            assert!(world.sent().is_empty(), "{policy} {updates}");
            assert_eq!(world.postback("clickid=c1&eventid=A&sum=9&time=@61"), "applied");
            assert_eq!(world.sent(), ["price=9&more=9"], "{policy} {updates}");
            // A later message that leaves the amount out tells no other price. (Under `edit` it
            // takes the amount away.)
            let sent = world.sent().len();
            world.postback("clickid=c1&eventid=A&time=@62");
            assert!(
                world.sent()[sent..].iter().all(|told| told.starts_with("price=9&")),
                "{policy} {updates}: {:?}",
                world.sent()
            );
        }
    }
}

#[test]
fn a_postback_that_fired_without_an_amount_tells_all_of_it_when_it_comes() {
    let world = three(|d| {
        d["offer_source"][0]["duplicates"] = "update".into();
        d["campaign"][0]["postback"] = json!([{
            "id": "plain", "url": "https://push.example/log?sure={status:approved=1 *=0}&more={payout_delta:=none 9=nine}",
            "updates": "every_change",
        }]);
    });
    world.postback("clickid=c1&eventid=A&time=@60&status=pending");
    world.postback("clickid=c1&eventid=A&sum=9&time=@61");
    assert_eq!(world.sent(), ["sure=0&more=none", "sure=1&more=nine"]);
}

#[test]
fn the_offers_payout_is_an_amount() {
    let world = three(|d| d["offer"][0]["payout"] = "40".into());
    assert_eq!(world.postback("clickid=c1&sum={payout}"), "applied");
    assert!(world.sent().contains(&"price=40".to_owned()), "{:?}", world.sent());
}

#[test]
fn revenue_is_the_sum_by_the_rate_of_its_day() {
    let rates = json!([
        {"from": "EUR", "to": "USD", "rate": "1.1", "since": "2026-01-01"},
        {"from": "EUR", "to": "USD", "rate": "1.2", "since": "2026-04-02"},
    ]);
    let world = World::new(&with(|d| d["rate"] = rates));
    world.postback("clickid=c1&eventid=a&sum=10&currency=EUR&time=@60");
    world.postback("clickid=c1&eventid=b&sum=10&currency=EUR&time=@90000");
    assert_eq!(
        world.told(),
        ["Purchase approved 10 EUR 11 USD", "Purchase approved 10 EUR 12 USD"]
    );
}

#[test]
fn the_channel_is_told_a_share_in_its_currency() {
    let world = telling(|d| {
        d["campaign"][0]["postback"][0]["payout"] = json!({"percent": "50"});
        d["traffic_channel"][0]["currency"] = "EUR".into();
        d["rate"] = json!([{"from": "USD", "to": "EUR", "rate": "0.9", "since": "2020-01-01"}]);
    });
    world.postback("clickid=c1&sum=25.00");
    assert_eq!(world.sent(), ["payout=11.25&offer=11.25&sum=25&fixed=&currency=EUR"]);
}

#[test]
fn the_share_is_rounded_half_even_at_the_currencys_digits() {
    for (currency, sum, told) in [
        ("USD", "0.25", "0.12"),
        ("USD", "0.75", "0.38"),
        ("JPY", "5", "2"),
        ("JPY", "7", "4"),
        ("KWD", "0.005", "0.002"),
    ] {
        let world = telling(|d| {
            d["campaign"][0]["postback"][0]["payout"] = json!({"percent": "50"});
            d["traffic_channel"][0]["currency"] = currency.into();
            d["currency"] = currency.into();
        });
        world.postback(&format!("clickid=c1&sum={sum}&currency={currency}"));
        assert_eq!(
            world.sent(),
            [format!(
                "payout={told}&offer={told}&sum={sum}&fixed=&currency={currency}"
            )]
        );
    }
}

#[test]
fn a_fixed_payout_is_told_whatever_came() {
    let fixed = |d: &mut Value| d["campaign"][0]["postback"][0]["payout"] = json!({"fixed": "25.00"});
    let world = telling(fixed);
    world.postback("clickid=c1&sum=8");
    world.postback("clickid=c1");
    assert_eq!(
        world.sent(),
        [
            "payout=25&offer=25&sum=8&fixed=25&currency=USD",
            "payout=25&offer=25&sum=&fixed=25&currency=USD"
        ]
    );
}

#[test]
fn a_fixed_payout_is_nothing_for_what_is_never_money() {
    let world = telling(|d| d["campaign"][0]["postback"][0]["payout"] = json!({"fixed": "25"}));
    world.postback("clickid=c1&type=InitiateCheckout&sum=9");
    assert_eq!(world.sent(), ["payout=0&offer=0&sum=&fixed=25&currency=USD"]);
}

#[test]
fn a_fixed_payout_is_taken_back_by_a_refund_even_of_nothing() {
    let world = telling(|d| {
        d["campaign"][0]["postback"][0]["payout"] = json!({"fixed": "25"});
        d["campaign"][0]["postback"][0]["negative"] = "send".into();
    });
    world.postback("clickid=c1&type=Refund&sum=0");
    world.postback("clickid=c1&type=Refund");
    assert_eq!(
        world.sent(),
        [
            "payout=-25&offer=-25&sum=0&fixed=25&currency=USD",
            "payout=-25&offer=-25&sum=&fixed=25&currency=USD"
        ]
    );
}

#[test]
fn the_payout_comes_from_the_sum_whatever_the_status() {
    let world = telling(|_| {});
    world.postback("clickid=c1&sum=8&status=pending");
    assert_eq!(world.sent(), ["payout=8&offer=8&sum=8&fixed=&currency=USD"]);
    assert_eq!(world.revenue(), "0");
}

#[test]
fn the_offers_payout_stands_in_only_for_a_sale_without_an_amount() {
    let world = World::new(&with(|d| d["offer"][0]["payout"] = "40".into()));
    world.postback("clickid=c1");
    world.postback("clickid=c1&sum=0");
    world.postback("clickid=c1&type=Upsell");
    world.postback("clickid=c1&type=InitiateCheckout");
    world.postback("clickid=c1&type=Refund");
    assert_eq!(
        world.told(),
        [
            "Purchase approved 40 USD 40 USD",
            "Purchase approved 0 USD 0 USD",
            "Upsell approved none nothing",
            "InitiateCheckout approved none nothing",
            "Refund declined none nothing",
        ]
    );
}

#[test]
fn sales_upsells_and_rebills_add_and_what_is_taken_back_is_subtracted_whatever_its_sign() {
    let world = World::new(&document());
    for (kind, receipt, seconds, amount) in [
        ("SALE", "R1", 60, "10"),
        ("BILL", "R1-B002", 61, "10"),
        ("RFND", "R1", 62, "-4"),
        ("CGBK", "R1-B002", 63, "3"),
        ("INSF", "R1", 64, "-2.00"),
        ("CANCEL-REBILL", "R1", 65, "99"),
    ] {
        world.notify(&notification(kind, receipt, seconds, amount, TRACKED));
    }
    assert_eq!(
        world.told(),
        [
            "Purchase approved 10 USD 10 USD",
            "Rebill approved 10 USD 10 USD",
            "Refund declined -4 USD -4 USD",
            "Chargeback declined -3 USD -3 USD",
            "Chargeback declined -2 USD -2 USD",
            "CancelRebill approved none nothing",
        ]
    );
    assert_eq!(world.revenue(), "11");
}

#[test]
fn a_notifications_amount_is_the_accounts_in_usd_whatever_the_order_was_paid_in() {
    let members = format!(r#"{TRACKED},"totalOrderAmount":40.00,"currency":"EUR""#);
    let world = World::new(&document());
    world.notify(&notification("SALE", "R1", 60, "28.90", &members));
    assert_eq!(world.told(), ["Purchase approved 28.9 USD 28.9 USD"]);
    let order = World::new(&with(|d| d["offer_source"][1]["amount"] = "order".into()));
    order.notify(&notification("SALE", "R1", 60, "28.90", &members));
    assert_eq!(order.told(), ["Purchase approved 40 EUR no rate"]);
}

#[test]
fn amounts_of_two_currencies_are_never_added() {
    let world = World::new(&with(|d| {
        d["offer_source"][0]["duplicates"] = "increment".into();
        d["rate"] = json!([{"from": "EUR", "to": "USD", "rate": "1.1", "since": "2020-01-01"}]);
    }));
    world.postback("clickid=c1&eventid=a&sum=10&time=@60");
    assert_eq!(
        world.postback("clickid=c1&eventid=b&sum=5&currency=EUR&time=@61"),
        "ignored: other_currency"
    );
    world.postback("clickid=c1&eventid=c&sum=2&time=@62");
    assert_eq!(world.told(), ["Purchase approved 12 USD 12 USD"]);
}

#[test]
fn an_increment_converts_each_amount_by_the_rate_of_its_own_day() {
    let world = World::new(&with(|d| {
        d["offer_source"][0]["duplicates"] = "increment".into();
        d["rate"] = json!([
            {"from": "EUR", "to": "USD", "rate": "1.1", "since": "2026-01-01"},
            {"from": "EUR", "to": "USD", "rate": "2.0", "since": "2026-04-02"},
        ]);
    }));
    world.postback("clickid=c1&eventid=a&sum=10&currency=EUR&time=@60");
    world.postback("clickid=c1&eventid=b&sum=10&currency=EUR&time=@90000");
    assert_eq!(world.told(), ["Purchase approved 20 EUR 31 USD"]);
}

#[test]
fn an_increments_revenue_is_what_has_a_rate_and_none_only_where_nothing_has() {
    let world = World::new(&with(|d| {
        d["offer_source"][0]["duplicates"] = "increment".into();
        d["rate"] = json!([{"from": "EUR", "to": "USD", "rate": "2", "since": "2026-04-02"}]);
    }));
    assert_eq!(
        world.postback("clickid=c1&eventid=a&sum=10&currency=EUR&time=@60"),
        "applied: no_rate"
    );
    assert_eq!(world.told(), ["Purchase approved 10 EUR no rate"]);
    assert_eq!(
        world.postback("clickid=c1&eventid=b&sum=5&currency=EUR&time=@90000"),
        "applied"
    );
    assert_eq!(world.told(), ["Purchase approved 15 EUR 10 USD"]);
}

#[test]
fn a_condition_never_compares_two_currencies() {
    let world = World::new(&with(|d| {
        d["campaign"][0]["postback"][0]["min_payout"] = "5".into();
    }));
    let plan = world.plan("clickid=c1&sum=8&currency=EUR");
    assert_eq!(postback_test::verdicts(&plan), ["all: failed on no_rate"]);
}

#[test]
fn an_amount_that_is_no_exact_decimal_is_refused_by_name() {
    use postback::intake::Intake;
    use postback::{Query, Received};
    let world = World::new(&document());
    let source = world.tracker.source(None).unwrap();
    let received = Received {
        at: postback_test::after(0),
        nonce: 1,
    };
    for text in ["1_000", ".5", "1e3", "1,5", "10USD", "--1"] {
        let query = format!("clickid=c1&sum={text}");
        let query = Query::parse(query.as_bytes()).unwrap();
        let error = Intake::new(source, &world.credentials, received)
            .assume_authorized()
            .postback(&query)
            .unwrap_err();
        assert!(
            error.to_string().starts_with("parameter `sum` is not an amount: "),
            "{error}"
        );
    }
}
