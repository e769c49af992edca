//! Notifications as ClickBank makes them.

use super::tracker::INS_SECRET;
use bytes::Bytes;
use postback::port::Clock;
use postback_service::SystemClock;
use postback_test::clickbank::posted_sale;

/// The body of a sale: a click id as tracking code, a receipt, an amount.
pub fn sale(click: &str, receipt: &str, amount: &str) -> Bytes {
    posted_sale(INS_SECRET, click, receipt, amount, SystemClock.now()).into()
}
