//! How much memory a compiled `Tracker` of 1,000 campaigns (or of another number: `memory 10000`)
//! holds: resident memory before and after ten of them are kept, divided by ten; how long it takes
//! to compile one, and to drop one, in processor time. Linux only, for it reads `/proc`.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program that measures and prints"
)]

use postback::{CompileOptions, Document, Tracker, compile};
use std::{error::Error, fs, time::Duration};

const EXAMPLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tracker.example.toml"));
const CAMPAIGNS: usize = 1_000;
/// Pages are coarse; ten trackers make their rounding small.
const KEPT: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args().nth(1).map_or(Ok(CAMPAIGNS), |count| count.parse())?;
    let text = document(count);
    println!(
        "the document: {count} campaigns with two postbacks each, {} bytes of TOML",
        text.len()
    );
    let document = Document::from_toml(&text)?;
    // The first one pays for what stays: the allocator's arenas, the code's pages.
    drop(compile(&document, &CompileOptions::default())?);
    let before = resident_bytes()?;
    let start = on_processor()?;
    let kept: Vec<Tracker> = (0..KEPT)
        .map(|_| compile(&document, &CompileOptions::default()))
        .collect::<Result<_, _>>()?;
    let took = on_processor()?.saturating_sub(start) / u32::try_from(KEPT)?;
    let each = resident_bytes()?.saturating_sub(before) / KEPT;
    let campaigns = kept.first().map_or(0, |tracker| tracker.campaigns().count());
    println!(
        "a tracker of {campaigns} campaigns: {} KiB resident, {} bytes a campaign",
        each / 1024,
        each / campaigns.max(1)
    );
    println!("compiling one: {took:.1?}");
    let start = on_processor()?;
    drop(kept);
    let took = on_processor()?.saturating_sub(start) / u32::try_from(KEPT)?;
    println!("dropping one: {took:.1?}");
    Ok(())
}

/// The example's sources, offers and channels, and `count` campaigns in place of its own.
fn document(count: usize) -> String {
    let head = EXAMPLE.split("[[campaign]]").next().unwrap_or_default();
    let campaigns = (0..count).map(|number| {
        format!(
            r#"
[[campaign]]
id = "campaign-{number}"
channel = "richpush"
domain = "main"
[[campaign.path]]
weight = 100
offers = [{{ offer = "mitolyn", weight = 100 }}]
[[campaign.postback]]
id = "sales"
url = "https://us.ahows.co/log?action=conversion&key={{ref_id}}&price={{payout}}"
types = ["Purchase"]
statuses = ["approved"]
[[campaign.postback]]
id = "upsells"
url = "https://us.ahows.co/log?action=upsell&key={{ref_id}}&price={{payout}}&campaign={{sub1}}"
types = ["Upsell", "Rebill"]
statuses = ["approved", "other"]
min_payout = "{number}.50"
"#
        )
    });
    core::iter::once(head.to_owned()).chain(campaigns).collect()
}

/// How long the program was on a processor, whatever else the machine does.
fn on_processor() -> Result<Duration, Box<dyn Error>> {
    let spent = fs::read_to_string("/proc/self/schedstat")?;
    let nanos = spent.split_whitespace().next().ok_or("no first field in schedstat")?;
    Ok(Duration::from_nanos(nanos.parse()?))
}

fn resident_bytes() -> Result<usize, Box<dyn Error>> {
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages: usize = statm
        .split_whitespace()
        .nth(1)
        .ok_or("no second field in statm")?
        .parse()?;
    Ok(pages * 4096)
}
