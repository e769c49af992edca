//! The demo's two notifications: a real one, and one that is made during the run as ClickBank makes
//! them.

use super::Failure;
use postback::port::Entropy;
use postback::testing::{iv, seal};
use postback::{Envelope, KeyRing, Notification, Secret};
use postback_service::OsEntropy;
use serde_json::Value;
use time::{OffsetDateTime, UtcOffset};

const REAL: &str = include_str!("../../demo/notification-6.0.json");
const SALE: &str = include_str!("../../demo/sale-7.0.json");

/// Returns the body of the real notification, as it was posted.
pub(super) fn real_body() -> Result<Vec<u8>, Failure> {
    let vector: Value = serde_json::from_str(REAL)?;
    let body = vector.get("body").and_then(Value::as_str);
    Ok(body.ok_or("the real notification has no body")?.into())
}

/// Makes the body of a sale with this click id as its tracking code.
pub(super) fn sale_body(click: &str, secret: &str) -> Result<Vec<u8>, Failure> {
    let sale = SALE
        .trim_end()
        .replace("@CLICK@", click)
        .replace("@TIME@", &pacific_now()?);
    let vector = iv(OsEntropy.next_u64());
    Ok(seal(&Secret::from(secret), &vector, sale.as_bytes()).into_bytes())
}

/// Opens a body as the server does.
pub(super) fn open(body: &[u8], secret: &str) -> Result<Notification, Failure> {
    Ok(KeyRing::new(vec![Secret::from(secret)])?.open(&Envelope::parse(body)?)?)
}

/// Returns the present time as ClickBank writes it since version 7: in Pacific time and the basic
/// format.
fn pacific_now() -> Result<String, Failure> {
    let offset = UtcOffset::from_hms(-8, 0, 0)?;
    let now = OffsetDateTime::now_utc().to_offset(offset);
    let (date, time) = (now.date(), now.time());
    let (month, day) = (u8::from(date.month()), date.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    Ok(format!(
        "{:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}-0800",
        date.year()
    ))
}
