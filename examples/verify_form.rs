//! Checks a notification of ClickBank's old versions (INS 1.0 to 5.0), a form whose `cverify` is
//! made with the account's secret key. `cargo run --example verify_form`
//!
//! The check has 32 bits, so it can be guessed: a host that answers strangers counts what fails
//! (`postback::tracker::FailureBudget`; an `Intake` does it). Choose 6.0 or later where you can.

use postback::clickbank::form::{Form, ZeroDecimal};
use postback::value::Currency;
use postback::{KeyRing, Secret};
use std::{error::Error, io::Write as _};

/// A form as ClickBank posts it, and the secret of its account.
const BODY: &[u8] = include_bytes!("../tests/vectors/inspect/form_body.txt");
const SECRET: &str = "76AFC0778E648BDA05705047BAFA96ED";

fn main() -> Result<(), Box<dyn Error>> {
    let form = Form::parse(BODY)?;
    let key_ring = KeyRing::new(vec![Secret::from(SECRET)])?;
    let sale = form.verify(&key_ring)?;

    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "INS {}, {}: {}",
        sale.version(),
        sale.transaction_type_text(),
        sale.assurance().as_str()
    )?;
    if let Some(receipt) = sale.receipt() {
        writeln!(out, "receipt {}", receipt.text())?;
    }
    // Amounts are whole cents; the account's are US dollars.
    if let Some(earned) = sale.account_amount() {
        let usd: Currency = "USD".parse()?;
        writeln!(out, "earned {} USD", earned.amount(usd, ZeroDecimal::default())?)?;
    }
    writeln!(out, "a test: {}", sale.is_test())?;

    let wrong = KeyRing::new(vec![Secret::from("ANOTHERSECRET123")])?;
    if let Err(refused) = form.verify(&wrong) {
        writeln!(out, "with another secret: {refused}")?;
    }
    Ok(())
}
