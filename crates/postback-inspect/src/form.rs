//! `form`: a notification of version 1.0 to 5.0, verified.

use crate::Done;
use crate::keys::{Diagnosed, Keys};
use crate::posted::{self, Asked, Posted};
use postback::clickbank::form::{Form, FormCharset, FormDiagnosis, FormNotification, MAX_FORM};
use serde::Serialize;
use std::io::Write;

/// Verifies a ClickBank notification of version 1.0 to 5.0 (the form on stdin) and prints its
/// parameters as JSON.
///
/// The body is read from stdin, as ClickBank posted it; parameters of the URL do not belong in it.
/// With --batch each line is `{"id","body_b64"}`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    asked: Asked,
    /// Reads a body that is not UTF-8 as ISO 8859-1, as `legacy_charset = "latin-1"` does.
    #[arg(long)]
    latin_1: bool,
}

#[derive(Serialize)]
pub(crate) struct Verified {
    version: String,
    assurance: &'static str,
    parameters: FormNotification,
}

pub(crate) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    let reader = Reader {
        keys: arguments.asked.keys()?,
        charset: match arguments.latin_1 {
            true => FormCharset::Latin1,
            false => FormCharset::Utf8,
        },
    };
    posted::run(&reader, &arguments.asked, out)
}

struct Reader<'a> {
    keys: Keys<'a>,
    charset: FormCharset,
}

impl Reader<'_> {
    fn form(&self, body: &[u8]) -> Result<Form, String> {
        if body.trim_ascii_start().starts_with(b"{") {
            return Err("body is no form but the wrapper of a later version: `ins` opens it".into());
        }
        Form::parse_as(body, self.charset).map_err(|error| error.to_string())
    }
}

impl Posted for Reader<'_> {
    type Shown = Verified;
    const MOST: usize = MAX_FORM;
    const NONE_IS_RIGHT: &'static str = "no secret verifies the form";

    fn read(&self, body: &[u8]) -> Result<Verified, String> {
        let verified = self.form(body)?.verify(&self.keys.ring);
        let parameters = verified.map_err(|refused| format!("{refused}; `--diagnose` names what is wrong"))?;
        Ok(Verified {
            version: parameters.version().to_string(),
            assurance: parameters.assurance().as_str(),
            parameters,
        })
    }

    fn diagnosis(&self, body: &[u8]) -> Result<Diagnosed, String> {
        let found = self.form(body)?.diagnose(&self.keys.ring);
        Ok(self.keys.diagnosed(&found, &FormDiagnosis::Verifies))
    }
}
