//! `destination`: says whether a request may be sent to a URL.

use crate::{Done, Refused, batch, page::Page};
use postback::delivery::address::{AddressPolicy, Allowed};
use serde::Serialize;
use std::io::Write;

/// Says whether a request would be sent to a URL.
///
/// It checks what the URL says. The addresses of a host name are checked again at each connection,
/// so that for a name the answer is `if`. With --batch each line is `{"id","url"}`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The URL of the request, as in a postback.
    #[arg(required_unless_present = "batch")]
    url: Option<String>,
    /// A destination that is allowed although it is not public: an address, a range or a host name.
    /// May be repeated.
    #[arg(long, visible_alias = "allow-destination", value_name = "CIDR or HOST")]
    allow: Vec<Allowed>,
    /// Reads lines of JSON from stdin and answers each.
    #[arg(long, conflicts_with = "url")]
    batch: bool,
}

#[derive(Serialize)]
struct Dialled {
    host: String,
    /// Whether the host is a name. Its addresses are checked at each connection.
    resolved_later: bool,
}

pub(crate) fn run(arguments: &Arguments, out: &mut Page<impl Write>) -> Done {
    let policy: AddressPolicy = arguments.allow.iter().cloned().collect();
    if arguments.batch {
        return batch::run(out, |line: batch::Url| dialled(&policy, &line.url));
    }
    let url = arguments.url.as_deref().unwrap_or_default();
    let dialled = dialled(&policy, url).map_err(Refused)?;
    out.show(&dialled, |out| match dialled.resolved_later {
        true => writeln!(
            out,
            "`{}` is dialled if it resolves to an address that may be dialled",
            dialled.host
        ),
        false => writeln!(out, "`{}` is dialled", dialled.host),
    })?;
    Ok(())
}

fn dialled(policy: &AddressPolicy, text: &str) -> Result<Dialled, String> {
    let url = policy.check(text).map_err(|denied| denied.to_string())?;
    Ok(Dialled {
        host: url.host_str().unwrap_or_default().to_owned(),
        resolved_later: url.domain().is_some(),
    })
}
