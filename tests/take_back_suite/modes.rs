//! Google's Ads API and Microsoft's offline conversions: they take a conversion back, or its value.

use crate::platforms::Mood;
use crate::world::{Shop, codes, document, rule, tracker};
use postback::delivery::DeliveryState;
use postback::plan::Correction;
use postback::{CompileOptions, Document, compile};
use serde_json::Value;
use std::time::Duration;

const MODES: [(&str, &str, &str); 2] = [
    ("old", ":uploadClickConversions", ":uploadConversionAdjustments"),
    (
        "off",
        "/OfflineConversions/Apply",
        "/OfflineConversionAdjustments/Apply",
    ),
];

/// How far the event of the sale has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sale {
    Queued,
    Held,
    Tried,
    Delivered,
    Refused,
}

fn shop(account: &str, sale: Sale) -> Shop {
    let shop = Shop::of("update", &[account], "");
    // Google wants no conversion of a click that is younger than six hours.
    shop.later(Duration::from_secs(7 * 60 * 60));
    shop.message("sum=30");
    shop.platforms.are(match sale {
        Sale::Held => Mood::Locked,
        Sale::Tried => Mood::Down,
        Sale::Refused => Mood::Refusing,
        _ => Mood::Well,
    });
    if sale != Sale::Queued {
        shop.round();
    }
    shop.platforms.are(Mood::Well);
    shop
}

/// What was sent, each with the end of its path, and the first item of its body.
fn sent(shop: &Shop) -> Vec<(String, Value)> {
    let line = |line: String| {
        let (path, body) = line.split_once(' ').unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        let lists = [
            "conversions",
            "conversionAdjustments",
            "OfflineConversions",
            "OfflineConversionAdjustments",
        ];
        let item = lists.iter().find_map(|list| body.get(list)).unwrap()[0].clone();
        (path.to_owned(), item)
    };
    shop.platforms.others().into_iter().map(line).collect()
}

#[test]
fn every_cell_of_the_table_holds_in_both_modes() {
    for (account, upload, adjust) in MODES {
        for (sale, whole, part) in [
            (Sale::Queued, Correction::Cancelled, Correction::SentWithRest),
            (Sale::Held, Correction::Cancelled, Correction::SentWithRest),
            (Sale::Tried, Correction::Retracted, Correction::Restated),
            (Sale::Delivered, Correction::Retracted, Correction::Restated),
            (
                Sale::Refused,
                Correction::NothingToTakeBack,
                Correction::NothingToTakeBack,
            ),
        ] {
            for (sum, wanted) in [(30, whole), (10, part)] {
                let shop = shop(account, sale);
                let done = codes(&shop.message(&format!("type=Refund&sum={sum}")));
                assert_eq!(done, [wanted], "{account} {sale:?} {sum}");
                shop.later(Duration::from_secs(60 * 60));
                shop.days();
                let sent = sent(&shop);
                let wanted: &[&str] = match wanted {
                    Correction::Cancelled | Correction::NothingToTakeBack => &[],
                    Correction::SentWithRest => &[upload],
                    _ => &[upload, adjust],
                };
                let ends = sent.iter().zip(wanted).all(|((path, _), end)| path.ends_with(end));
                assert!(ends && sent.len() == wanted.len(), "{account} {sale:?} {sum}: {sent:?}");
                assert_eq!(shop.count(DeliveryState::Queued), 0, "{account} {sale:?} {sum}");
            }
        }
    }
}

#[test]
fn the_adjustment_names_the_sale_as_it_was_told() {
    let shop = shop("old", Sale::Delivered);
    shop.message("type=Refund&sum=10");
    shop.days();
    let told = sent(&shop);
    assert_eq!(
        (&told[1].1["adjustmentType"], &told[1].1["orderId"]),
        (&"RESTATEMENT".into(), &told[0].1["orderId"])
    );
    assert_eq!(told[1].1["restatementValue"]["adjustedValue"], 20);
    let shop = self::shop("off", Sale::Delivered);
    shop.message("type=Refund&sum=30");
    shop.days();
    let told = sent(&shop);
    assert_eq!(told[1].1["AdjustmentType"], "Retract");
    for member in ["ConversionName", "ConversionTime", "MicrosoftClickId"] {
        assert!(
            !told[0].1[member].is_null() && told[0].1[member] == told[1].1[member],
            "{member}: {told:?}"
        );
    }
}

#[test]
fn google_corrects_no_conversion_that_is_over_54_days_old() {
    for (days, wanted) in [(53, Correction::Retracted), (55, Correction::TooOld)] {
        let shop = shop("old", Sale::Delivered);
        shop.later(Duration::from_secs(days * 24 * 60 * 60));
        assert_eq!(codes(&shop.message("type=Refund&sum=30")), [wanted], "{days}");
    }
}

#[test]
fn what_was_retracted_takes_no_value_any_more() {
    for (account, ..) in MODES {
        let shop = shop(account, Sale::Delivered);
        assert_eq!(codes(&shop.message("status=rejected")), [Correction::Retracted]);
        shop.days();
        assert_eq!(
            codes(&shop.message("status=confirmed")),
            [Correction::AlreadyRetracted],
            "{account}"
        );
        shop.days();
        assert_eq!(sent(&shop).len(), 2, "{account}");
    }
}

#[test]
fn two_refunds_of_one_moment_are_told_under_two_times() {
    for (account, .., adjust) in MODES {
        let shop = shop(account, Sale::Delivered);
        shop.message("type=Refund&sum=10");
        shop.round();
        shop.message("type=Refund&sum=5");
        shop.days();
        let told = sent(&shop);
        let adjustments: Vec<_> = told.iter().filter(|(path, _)| path.ends_with(adjust)).collect();
        assert_eq!(adjustments.len(), 2, "{account}");
        let time = |item: &Value| {
            item.get("adjustmentDateTime")
                .or_else(|| item.get("AdjustmentTime"))
                .cloned()
        };
        assert_ne!(time(&adjustments[0].1), time(&adjustments[1].1), "{account}");
    }
}

#[test]
fn an_adjustment_goes_to_no_other_account_than_the_sale() {
    let other_number = |account: &str| {
        document("update", "", &rule(account, ""))
            .replace(
                "\"mode\": \"ads_api\", \"account\": \"1234567890\"",
                "\"mode\": \"ads_api\", \"account\": \"1112223333\"",
            )
            .replace("\"account\": \"7770001\"", "\"account\": \"7770002\"")
    };
    let other_account = |account: &str| {
        let text = document("update", "", &rule(account, ""));
        text.replace(&format!("\"api\": \"{account}\""), "\"api\": \"ads\"")
    };
    for (account, ..) in MODES {
        for text in [other_number(account), other_account(account)] {
            let mut shop = shop(account, Sale::Delivered);
            shop.world.tracker = tracker(&text);
            for sum in [10, 20] {
                let done = codes(&shop.message(&format!("type=Refund&sum={sum}")));
                assert_eq!(done, [Correction::AccountChanged], "{account} {sum}");
            }
            shop.days();
            assert_eq!(sent(&shop).len(), 1, "{account}");
            assert!(shop.platforms.events().is_empty(), "{account}");
        }
    }
}

#[test]
fn a_rule_that_tells_every_change_corrects_the_sale_and_uploads_it_once() {
    for (account, upload, adjust) in MODES {
        let shop = Shop::ruled(account, ", \"updates\": \"every_change\"");
        shop.later(Duration::from_secs(7 * 60 * 60));
        shop.message("sum=30");
        shop.round();
        for sum in ["40", "20", "50"] {
            let said = shop.said(&format!("sum={sum}"));
            assert_eq!(said, [format!("to-{account} restated {sum}")]);
            shop.days();
        }
        shop.message("sum=50");
        shop.days();
        let sent = sent(&shop);
        let ends: Vec<_> = sent.iter().map(|(path, _)| path.ends_with(upload)).collect();
        assert_eq!(ends, [true, false, false, false], "{account}");
        assert!(sent[1..].iter().all(|(path, _)| path.ends_with(adjust)), "{account}");
    }
}

#[test]
fn a_change_of_a_sale_that_is_still_queued_is_uploaded_in_its_place() {
    for (account, upload, _) in MODES {
        let shop = Shop::ruled(account, ", \"updates\": \"every_change\"");
        shop.later(Duration::from_secs(7 * 60 * 60));
        shop.message("sum=30");
        assert_eq!(shop.said("sum=40"), [format!("to-{account} sent_with_rest 40")]);
        shop.days();
        let sent = sent(&shop);
        assert_eq!(sent.len(), 1, "{account}");
        let value = |item: &Value| {
            item.get("conversionValue")
                .or_else(|| item.get("ConversionValue"))
                .cloned()
        };
        assert!(sent[0].0.ends_with(upload), "{account}");
        assert_eq!(value(&sent[0].1), Some(40.into()), "{account}");
    }
}

#[test]
fn a_rise_is_told_only_where_the_rule_tells_every_change() {
    let shop = shop("old", Sale::Delivered);
    assert!(shop.message("sum=40").is_empty());
}

#[test]
fn changes_are_not_asked_for_where_corrections_are_turned_off() {
    let text = document("update", "", &rule("off", ", \"updates\": \"every_change\""));
    let text = text.replace(
        "\"Lead\": \"Book lead\"}",
        "\"Lead\": \"Book lead\"}, \"refunds\": \"ignore\"",
    );
    let problems = compile(&Document::from_json(&text).unwrap(), &CompileOptions::default()).unwrap_err();
    let problems = problems.to_string();
    assert!(
        problems.contains("campaign[0].conversion_api[0].updates") && problems.contains("leave out `updates`"),
        "{problems}"
    );
}
