//! The configuration, from a file or from a line of a batch.

use crate::Refused;
use postback::compile::compile;
use postback::delivery::address::{AddressPolicy, Allowed};
use postback::{CompileOptions, Document, Tracker};
use postback_zones::Iana;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{ffi::OsStr, fs, io::ErrorKind, path::Path};

/// The destinations that the server is told to allow. No warning is given of a receiver among them.
#[derive(Debug, clap::Args)]
pub(crate) struct Destinations {
    /// A destination that the server may send to although it is not public, as in the server's own
    /// flag of this name: an address, a range or a host name. May be repeated.
    #[arg(long, value_name = "CIDR or HOST")]
    allow_destination: Vec<Allowed>,
}

impl Destinations {
    pub(crate) fn policy(&self) -> AddressPolicy {
        self.allow_destination.iter().cloned().collect()
    }
}

/// The configuration in a line of a batch: the text of a TOML file, or the document as JSON.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Inline(Box<RawValue>);

impl Inline {
    pub(crate) fn read(&self) -> Result<(Document, Tracker), String> {
        let document = match serde_json::from_str::<String>(self.0.get()) {
            Ok(text) => Document::from_toml(&text),
            Err(_) => Document::from_json(self.0.get()),
        };
        compiled(document.map_err(|problems| problems.to_string())?)
    }
}

/// Reads a configuration from a `.toml` or a `.json` file.
pub(crate) fn read(path: &Path) -> Result<(Document, Tracker), Refused> {
    let name = path.display();
    let reader = match path.extension().and_then(OsStr::to_str) {
        Some("toml") => Document::from_toml,
        Some("json") => Document::from_json,
        _ => return Err(Refused(format!("`{name}` is neither `.toml` nor `.json`"))),
    };
    compiled(reader(&text(path)?).map_err(Refused::new)?).map_err(Refused)
}

/// Reads a file as text.
pub(crate) fn text(path: &Path) -> Result<String, Refused> {
    fs::read_to_string(path).map_err(|error| {
        let name = path.display();
        Refused(match error.kind() {
            ErrorKind::NotFound => format!("`{name}` cannot be read: there is no such file"),
            kind => format!("`{name}` cannot be read: {kind}"),
        })
    })
}

fn compiled(document: Document) -> Result<(Document, Tracker), String> {
    // The namespace changes only the ids of deliveries.
    let tracker =
        compile(&document, &CompileOptions::default().with_zones(Iana)).map_err(|problems| problems.to_string())?;
    Ok((document, tracker))
}
