//! Notifications as ClickBank makes them.

use super::tracker::INS_SECRET;
use bytes::Bytes;
use postback::Timestamp;
use postback::port::Clock;
use postback_service::SystemClock;
use postback_test::clickbank::posted;

const SALE: &str = include_str!("../../demo/sale-7.0.json");

/// The body of a sale: a click id as tracking code, a receipt, an amount.
pub fn sale(click: &str, receipt: &str, amount: &str) -> Bytes {
    let seconds = Timestamp::from_unix_seconds(SystemClock.now().unix_seconds()).unwrap();
    // The basic format of version 7.
    let time = seconds.to_string().replace(['-', ':'], "").replace('Z', "+0000");
    let sale = SALE
        .trim_end()
        .replace("DEMOSALE", receipt)
        .replace("@CLICK@", click)
        .replace("@TIME@", &time)
        .replace("37.50", amount);
    posted(INS_SECRET, &sale).into()
}
