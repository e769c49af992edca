//! Evaluates the conditions of one conditional postback over a conversion, and says why it does not
//! fire. `cargo run --example one_rule`

use postback::model::{Entry, Status};
use postback::rule::{Conditions, evaluate, reasons};
use postback::scope::{Scope, ToldPayout};
use postback::{Click, Conversion, Money, Timestamp};
use std::{error::Error, io::Write as _};

fn usd(amount: &str) -> Result<Money, Box<dyn Error>> {
    Ok(Money::new(amount.parse()?, "USD".parse()?))
}

fn main() -> Result<(), Box<dyn Error>> {
    // Paid purchases of at least 50 USD from anywhere but two countries.
    let mut conditions = Conditions::default();
    conditions.types = vec!["Purchase".parse()?];
    conditions.statuses = vec![Status::Approved];
    conditions.when("payout at least 50 USD".parse()?);
    conditions.when("country not in US, CA".parse()?);

    let at: Timestamp = "2026-04-23T15:00:00Z".parse()?;
    let (campaign, offer) = ("summer".parse()?, "course".parse()?);
    let (source, channel) = ("network".parse()?, "push".parse()?);
    let mut click = Click::new("c7d1f0a2".parse()?, at, campaign, offer, source, channel);
    click.visitor.insert("country".into(), "US".into());

    let sale = Entry::new("eaaaaaaaaaaaaaaaaaaaaaaaaa".parse()?, at, "Purchase".parse()?);
    let conversion = Conversion::new("vaaaaaaaaaaaaaaaaaaaaaaaaa".parse()?, &click, sale);
    let mut scope = Scope::of_click(&click);
    scope.conversion = Some(&conversion);
    scope.payout = Some(ToldPayout::Known(usd("40")?));

    let mut out = std::io::stdout().lock();
    writeln!(out, "fires: {}", evaluate(&conditions, &scope).fires())?;
    for (_, reason) in reasons(&conditions, &scope) {
        writeln!(out, "  {reason}")?;
    }

    // The same sale from another country, and worth more.
    let mut click = click.clone();
    click.visitor.insert("country".into(), "DE".into());
    scope.click = &click;
    scope.payout = Some(ToldPayout::Known(usd("60")?));
    writeln!(out, "fires: {}", evaluate(&conditions, &scope).fires())?;
    Ok(())
}
