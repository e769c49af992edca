//! Every cell of the table: what the platform takes, how far the sale's event has come, and whether
//! anything of the sale is left.

use crate::platforms::Mood;
use crate::world::{HALF_HOUR, Shop, codes};
use postback::delivery::{DeliveryState, Progress};
use postback::plan::Correction;
use postback::take_back::{Takes, correction};
use std::time::Duration;

/// How far the event of the sale has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sale {
    Queued,
    Held,
    Tried,
    Accepted,
    Delivered,
    Refused,
}

fn shop(account: &str, sale: Sale) -> Shop {
    let shop = Shop::of("update", &[account], "");
    shop.message("sum=30&email=a%40example.com");
    shop.platforms.are(match sale {
        Sale::Held => Mood::Locked,
        Sale::Tried => Mood::Down,
        Sale::Refused => Mood::Refusing,
        _ => Mood::Well,
    });
    if sale != Sale::Queued {
        shop.round();
    }
    if sale == Sale::Delivered {
        shop.later(HALF_HOUR);
        shop.round();
    }
    shop.platforms.are(Mood::Well);
    shop
}

/// Refunds the sale, whole or in part.
fn refunded(account: &str, sale: Sale, sum: u32) -> (Shop, Correction) {
    let shop = shop(account, sale);
    let done = codes(&shop.message(&format!("type=Refund&sum={sum}")));
    assert_eq!(done.len(), 1, "{account} {sale:?} {sum}");
    (shop, done[0])
}

#[test]
fn at_google_a_sale_that_left_is_restated_and_one_that_did_not_is_changed() {
    for (sale, whole, part) in [
        (Sale::Queued, Correction::Cancelled, Correction::SentWithRest),
        (Sale::Held, Correction::Cancelled, Correction::SentWithRest),
        (
            Sale::Tried,
            Correction::RestatedStillCounted,
            Correction::RestatedStillCounted,
        ),
        (
            Sale::Accepted,
            Correction::RestatedStillCounted,
            Correction::RestatedStillCounted,
        ),
        (
            Sale::Delivered,
            Correction::RestatedStillCounted,
            Correction::RestatedStillCounted,
        ),
        (
            Sale::Refused,
            Correction::NothingToTakeBack,
            Correction::NothingToTakeBack,
        ),
    ] {
        for (sum, wanted, counted) in [(30, whole, 0), (10, part, 2_000)] {
            let (shop, done) = refunded("ads", sale, sum);
            assert_eq!(done, wanted, "{sale:?} {sum}");
            shop.later(Duration::from_secs(60 * 60));
            shop.days();
            let counted = match done {
                Correction::Cancelled | Correction::NothingToTakeBack => None,
                _ => Some(counted),
            };
            assert_eq!(shop.counted(), counted, "{sale:?} {sum}");
            assert_eq!(shop.count(DeliveryState::Queued), 0, "{sale:?} {sum}");
        }
    }
}

#[test]
fn the_other_platforms_take_no_correction_but_what_has_not_left_is_changed() {
    for account in ["fb", "tt", "ms"] {
        for (sale, whole, part) in [
            (Sale::Queued, Correction::Cancelled, Correction::SentWithRest),
            (Sale::Held, Correction::Cancelled, Correction::SentWithRest),
            (Sale::Tried, Correction::Stopped, Correction::Unsupported),
            (Sale::Delivered, Correction::Unsupported, Correction::Unsupported),
            (
                Sale::Refused,
                Correction::NothingToTakeBack,
                Correction::NothingToTakeBack,
            ),
        ] {
            for (sum, wanted) in [(30, whole), (10, part)] {
                let (shop, done) = refunded(account, sale, sum);
                assert_eq!(done, wanted, "{account} {sale:?} {sum}");
                shop.later(Duration::from_secs(60 * 60));
                shop.days();
                let sent = shop.platforms.others();
                let wanted = match (done, sum) {
                    (Correction::Cancelled | Correction::Stopped | Correction::NothingToTakeBack, _) => 0,
                    _ => 1,
                };
                assert_eq!(sent.len(), wanted, "{account} {sale:?} {sum}: {sent:?}");
                if done == Correction::SentWithRest {
                    assert!(sent[0].contains("\"value\":20"), "{account}: {}", sent[0]);
                }
            }
        }
    }
}

#[test]
fn what_was_withdrawn_says_why_and_waits_for_nobody() {
    let (shop, _) = refunded("fb", Sale::Queued, 30);
    let rows = shop.rows();
    assert_eq!(
        (rows.len(), rows[0].state, rows[0].attempts),
        (1, DeliveryState::Dead, 0)
    );
    assert!(rows[0].is_cancelled());
    assert_eq!(
        crate::world::finding(&rows[0]),
        "withdrawn: its sale was taken back before it was sent"
    );
}

#[test]
fn an_account_that_ignores_refunds_is_told_nothing_of_them() {
    let shop = Shop::google("update", ", \"refunds\": \"ignore\"");
    shop.message("sum=30");
    assert!(shop.message("type=Refund&sum=30").is_empty());
    shop.days();
    assert_eq!(shop.counted(), Some(3_000));
}

#[test]
fn the_table_knows_every_state() {
    use Progress::{Accepted, Dead, Delivered, InPart, Tried, UnderWay, Unknown, Unsent, Withdrawn};
    for is_left in [true, false] {
        for takes in [Takes::Nothing, Takes::Value, Takes::All] {
            assert_eq!(correction(takes, Unknown, is_left), Correction::SaleUnknown);
            let in_part = match takes {
                Takes::Nothing => Correction::Unsupported,
                _ => Correction::SaleUnknown,
            };
            assert_eq!(correction(takes, InPart, is_left), in_part);
            for dead in [Dead, Withdrawn] {
                assert_eq!(correction(takes, dead, is_left), Correction::NothingToTakeBack);
            }
            let unsent = if is_left {
                Correction::SentWithRest
            } else {
                Correction::Cancelled
            };
            assert_eq!(correction(takes, Unsent, is_left), unsent);
        }
        for left in [Tried, UnderWay, Accepted, Delivered] {
            let all = if is_left {
                Correction::Restated
            } else {
                Correction::Retracted
            };
            assert_eq!(correction(Takes::All, left, is_left), all);
            assert_eq!(
                correction(Takes::Value, left, is_left),
                Correction::RestatedStillCounted
            );
            let stops = left == Tried && !is_left;
            let nothing = if stops {
                Correction::Stopped
            } else {
                Correction::Unsupported
            };
            assert_eq!(correction(Takes::Nothing, left, is_left), nothing);
        }
    }
}
