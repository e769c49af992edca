//! Why did a postback fire, and why did another one not? A document, a click, a message of the
//! network, one decision: no store, no clock, no socket. `cargo run --example explain`
//!
//! (`cargo run -p postback-inspect -- explain` does it with files of your own.)

use postback::intake::{Caller, Intake};
use postback::plan::{ClickFacts, RuleVerdict, Write};
use postback::rule::Condition;
use postback::{Click, CompileOptions, Credentials, Decision, Document, Facts, Received, Timestamp, compile};
use std::{error::Error, io::Write as _};

const DOCUMENT: &str = concat!(
    include_str!("shop.toml"),
    r#"
[[campaign.postback]]
id = "every-sale"
url = "https://push.example/log?key={ref_id}&price={payout}"
types = ["Purchase"]

[[campaign.postback]]
id = "large-and-paid"
url = "https://push.example/log?key={ref_id}&price={payout}&goal=2"
types = ["Purchase"]
statuses = ["approved"]
min_payout = "50"
"#
);

fn main() -> Result<(), Box<dyn Error>> {
    let tracker = compile(&Document::from_toml(DOCUMENT)?, &CompileOptions::default())?;

    // A visitor came by the campaign's click URL, with the channel's click id in it.
    let came: Timestamp = "2026-04-23T15:00:00Z".parse()?;
    let (campaign, offer) = ("summer".parse()?, "course".parse()?);
    let (source, channel) = ("network".parse()?, "push".parse()?);
    let mut click = Click::new("c7d1f0a2".parse()?, came, campaign, offer, source, channel);
    click.ref_id = Some("RP1".into());

    // Later the network reports a sale of 40 USD that is not approved yet.
    let at: Timestamp = "2026-04-23T17:57:04Z".parse()?;
    let source = tracker.source(None).ok_or("there is one source")?;
    let credentials = Credentials::default();
    let intake = Intake::new(source, &credentials, Received { at, nonce: 1 });
    let query = b"clickid=c7d1f0a2&type=Purchase&sum=40&status=pending&eventid=e1";
    let event = intake.postback(&Caller::default(), query)?;

    // All that is known: the click. A store would have answered
    // `Decision::new(&tracker).needs(&event)` with it.
    let mut facts = Facts::default();
    let known = ClickFacts {
        click: Some(click.clone()),
        ..ClickFacts::default()
    };
    facts.clicks.insert(click.id.clone(), known);
    let plan = Decision::new(&tracker).decide(&event, &facts, at)?;

    let mut out = std::io::stdout().lock();
    writeln!(out, "{}: {}", plan.reply.outcome, plan.reply.outcome.text())?;
    for write in &plan.commit.writes {
        let Write::Conversion(made) = write else { continue };
        writeln!(out, "{}, {}", made.shown.type_name, made.shown.status)?;
        for rule in plan.trace.rules.iter() {
            match &rule.verdict {
                RuleVerdict::Failed(answer) => {
                    let failed: Vec<&str> = answer.failed().map(Condition::as_str).collect();
                    writeln!(out, "{} is silent, by {}:", rule.postback, failed.join(" and "))?;
                }
                other => writeln!(out, "{}: {other:?}", rule.postback)?,
            }
            for reason in Decision::new(&tracker).reasons(&click, made, &rule.postback) {
                writeln!(out, "  {reason}")?;
            }
        }
    }
    for delivery in &plan.commit.outbox {
        writeln!(
            out,
            "to be sent: {} {}",
            delivery.outbound.method, delivery.outbound.url
        )?;
    }
    Ok(())
}
