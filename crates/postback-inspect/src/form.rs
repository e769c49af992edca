//! `form`: verifies a notification of version 1.0 to 5.0.

use crate::copied::copies;
use crate::keys::{Diagnosed, Keys};
use crate::posted::{self, Asked, Posted};
use crate::{Done, page::Page, stray};
use postback::clickbank::form::{Form, FormCharset, FormDiagnosis, FormError, FormNotification, MAX_FORM};
use postback::intake::Message;
use serde::Serialize;
use std::io::Write;

/// Verifies a ClickBank notification of version 1.0 to 5.0 (the form on stdin) and prints its
/// parameters as JSON.
///
/// The body is read from stdin, as ClickBank posted it; parameters of the URL do not belong in it.
/// If the body is a copy from a log and does not match, the answer says what to undo so that it
/// does: slashes that were added, empty values that were dropped, parameters of your own, a path in
/// front, JSON, ISO 8859-1.
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

pub(crate) fn run(arguments: &Arguments, out: &mut Page<impl Write>) -> Done {
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
        if let Some(what) = stray::what(body, &self.keys.ring) {
            return Err(what);
        }
        if body.trim_ascii_start().starts_with(b"{\"notification\"") {
            return Err("body is no form but the wrapper of a later version: `ins` opens it".into());
        }
        Form::parse_as(body, self.charset).map_err(|error| error.to_string())
    }

    /// Finds what must be undone in a copy from a log, so that one of the secrets verifies it.
    fn undone(&self, body: &[u8]) -> Option<String> {
        copies(body).into_iter().find_map(|copy| {
            let read = Form::parse_as(&copy.body, self.charset).map(|form| (form, None));
            let read = read.or_else(|_| {
                let form = Form::parse_as(&copy.body, FormCharset::Latin1)?;
                Ok::<_, FormError>((form, Some("`--latin-1`")))
            });
            let (form, charset) = read.ok()?;
            let repairs = form.repairs(&self.keys.ring)?;
            let words: Vec<&str> = copy.undone.into_iter().chain(charset).chain(repairs.words()).collect();
            (!words.is_empty()).then(|| format!("does not match as it is; matches with {}", words.join(" and ")))
        })
    }

    fn read_form(&self, body: &[u8]) -> Result<Form, String> {
        self.form(body).map_err(|error| {
            self.undone(body)
                .map_or_else(|| error.clone(), |undone| format!("{error}; it {undone}"))
        })
    }
}

impl Posted for Reader<'_> {
    type Shown = Verified;
    const MOST: usize = MAX_FORM;
    const NONE_IS_RIGHT: &'static str = "no secret verifies the form";

    fn read(&self, body: &[u8]) -> Result<Verified, String> {
        let parameters = self.read_form(body)?.verify(&self.keys.ring).map_err(|refused| {
            let undone = self.undone(body).map(|undone| format!("{refused}: it {undone}"));
            undone.unwrap_or_else(|| format!("{refused}; `--diagnose` names what is wrong"))
        })?;
        Ok(Verified {
            version: parameters.version().to_string(),
            assurance: parameters.assurance().as_str(),
            parameters,
        })
    }

    fn diagnosis(&self, body: &[u8]) -> Result<Diagnosed, String> {
        let found = self.read_form(body)?.diagnose(&self.keys.ring);
        let diagnosed = self.keys.diagnosed(&found, &FormDiagnosis::Verifies);
        let note = (!diagnosed.opens).then(|| self.undone(body)).flatten();
        Ok(Diagnosed { note, ..diagnosed })
    }

    fn message<'a>(&self, shown: &'a Verified) -> Message<'a> {
        (&shown.parameters).into()
    }
}
