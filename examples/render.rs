//! Renders a postback's URL from a template: each value is encoded for its place, and what is
//! misspelt is named with what was meant. `cargo run --example render`

use postback::scope::{Field, Value};
use postback::template::UrlTemplate;
use std::{error::Error, io::Write as _};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let url = "https://push.example/log?key={ref_id}&price={payout}&goal={status:approved=1 pending=0 *=2}";
    let template = UrlTemplate::parse(url)?;
    let rendered = template.render_with(|field| match field {
        Field::RefId => Value::Text("RP 1&x".into()),
        Field::Payout => Value::Text("8.5".into()),
        Field::Status => Value::Text("pending".into()),
        _ => Value::Empty,
    })?;
    writeln!(out, "{rendered}")?;

    for wrong in [
        "https://push.example/log?key={refid}",
        "https://push.example/log?key={cnv_id}&goal=",
        "https://push.example/log?key={ref_id}&amp;price={payout}",
    ] {
        match UrlTemplate::parse(wrong) {
            Ok(_) => writeln!(out, "{wrong} is a template")?,
            Err(problems) => writeln!(out, "refused: {problems}")?,
        }
    }
    Ok(())
}
