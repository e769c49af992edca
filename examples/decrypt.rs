//! Decrypts a notification of ClickBank's (INS 6.0 to 8.0) with the account's secret key, and reads
//! it: bytes in, typed values out. No configuration, no clock, no socket.
//! `cargo run --example decrypt`
//!
//! A notification has no MAC: it is decrypted, and never called verified. A host that takes them in
//! from outside asks `postback::intake::Intake`, which looks at the caller's token first.

use postback::{Envelope, KeyRing, Secret};
use std::{error::Error, io::Write as _};

/// A notification as ClickBank posts it, and the secret that opens it.
const BODY: &[u8] = include_bytes!("../tests/vectors/inspect/ins_body.json");
const SECRET: &str = "SECRETSECRET1234";

fn main() -> Result<(), Box<dyn Error>> {
    // Two secrets may be live while one is changed.
    let key_ring = KeyRing::new(vec![Secret::from(SECRET)])?;
    let envelope = Envelope::parse(BODY)?;
    let notification = key_ring.open(&envelope)?;

    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "INS {}, {}",
        notification.version(),
        notification.transaction_type_text()
    )?;
    if let Some(receipt) = notification.receipt() {
        writeln!(out, "receipt {}", receipt.text())?;
    }
    // A number keeps the digits that came; `amount` makes an exact decimal of them.
    if let Some(earned) = notification.total_account_amount() {
        writeln!(out, "earned {} USD", earned.amount()?)?;
    }
    for code in notification.tracking_codes() {
        writeln!(out, "tracking code {code}")?;
    }
    for item in notification.line_items() {
        writeln!(out, "item {}", item.product_title().unwrap_or("without a title"))?;
    }

    // Another secret, a body that was cut, a changed byte: one answer, which tells nothing.
    let wrong = KeyRing::new(vec![Secret::from("ANOTHERSECRET123")])?;
    if let Err(refused) = wrong.open(&envelope) {
        writeln!(out, "with another secret: {refused}")?;
    }
    Ok(())
}
