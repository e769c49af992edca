//! Makes a postback of any network, with the names in a configuration.

use super::{Made, Output, local};
use crate::{Refused, configuration, secrets};
use postback::network::Meaning;
use postback::tracker::Source;
use postback::value::{Amount, Currency};
use std::{io, io::Write, path::PathBuf};
use url::Url;

/// Makes a postback as the network of an offer source would send it, with the source's parameter
/// names and its token.
///
/// The token comes from the environment variable or the file that the configuration names. With
/// --to it is sent, but it is printed only with --with-secrets.
#[derive(Debug, clap::Args)]
pub(super) struct Postback {
    /// The configuration: a `.toml` or a `.json` file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The offer source; by default the configuration's default source.
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// The network's word for the event.
    #[arg(long = "type", value_name = "WORD")]
    kind: Option<String>,
    /// The click id.
    #[arg(long, value_name = "ID")]
    clickid: Option<String>,
    /// The amount of the conversion.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    amount: Option<Amount>,
    /// The currency of the amount.
    #[arg(long)]
    currency: Option<Currency>,
    /// The network's word for the status.
    #[arg(long, value_name = "WORD")]
    status: Option<String>,
    /// The network's id of the event.
    #[arg(long, value_name = "ID")]
    event_id: Option<String>,
    /// The network's receipt of the sale.
    #[arg(long)]
    receipt: Option<String>,
    /// Another parameter by the network's own name. May be repeated.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    parameter: Vec<(String, String)>,
    /// Prints the token too. Keep the output as secret as the token.
    #[arg(long)]
    with_secrets: bool,
    #[command(flatten)]
    output: Output,
}

impl Postback {
    pub(super) fn made(&self) -> Result<(Made, &Output), Refused> {
        let (_, tracker) = configuration::read(&self.config)?;
        let source = tracker
            .source(self.source.as_deref())
            .ok_or_else(|| match &self.source {
                Some(id) => Refused(format!("there is no offer source `{id}`")),
                None => Refused("no offer source is the default one: name one with `--source`".into()),
            })?;
        let mut url = match &self.output.to {
            Some(server) => server.join(&path(source)).map_err(Refused::new)?,
            None => local(&path(source))?,
        };
        self.add(source, &mut url)?;
        Ok((Made { url, body: None }, &self.output))
    }

    fn add(&self, source: &Source, url: &mut Url) -> Result<(), Refused> {
        let amount = self.amount.map(|amount| amount.to_string());
        let currency = self.currency.map(|currency| currency.to_string());
        let told = [
            (Meaning::ClickId, "--clickid", &self.clickid),
            (Meaning::Sum, "--amount", &amount),
            (Meaning::Currency, "--currency", &currency),
            (Meaning::Type, "--type", &self.kind),
            (Meaning::Status, "--status", &self.status),
            (Meaning::EventId, "--event-id", &self.event_id),
            (Meaning::Receipt, "--receipt", &self.receipt),
        ];
        let mut query = url.query_pairs_mut();
        for (meaning, flag, value) in told {
            let Some(value) = value else { continue };
            let name = source.parameter_name(meaning).ok_or_else(|| {
                let id = source.id();
                Refused(format!(
                    "`{flag}`: the offer source `{id}` reads no such parameter; `--parameter NAME=VALUE` adds any"
                ))
            })?;
            query.append_pair(name, value);
        }
        query.extend_pairs(&self.parameter);
        if let [newest, ..] = source.tokens() {
            let name = source.parameter_name(Meaning::Token).unwrap_or("token");
            let is_shown = self.with_secrets || self.output.to.is_some();
            match secrets::of_reference(newest).filter(|_| is_shown) {
                Some(token) => drop(query.append_pair(name, &String::from_utf8_lossy(token.expose()))),
                None if self.output.to.is_some() => {
                    return Err(Refused(format!(
                        "the token `{newest}` is not set, or cannot be read, on this machine"
                    )));
                }
                None => {
                    query.append_pair(name, "TOKEN");
                    // Nothing can be done about a closed stderr.
                    drop(writeln!(io::stderr(), "`TOKEN` stands for the value of `{newest}`"));
                }
            }
        }
        Ok(())
    }
}

fn path(source: &Source) -> String {
    format!("/postback/{}", source.id())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = pair.ok_or("it is not `NAME=VALUE`")?;
    Ok((name.to_owned(), value.to_owned()))
}
