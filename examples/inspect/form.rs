//! `form`: a notification of version 1.0 to 5.0, verified.

use crate::keys::{Diagnosed, Keys, SecretFlags};
use crate::{Done, Refused, batch};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::clickbank::ins::{Form, FormCharset, FormDiagnosis, FormNotification, MAX_FORM};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// Verifies a ClickBank notification of version 1.0 to 5.0 (the form on stdin) and prints its parameters as JSON.
///
/// The body is read from stdin, as ClickBank posted it; parameters of the URL do not belong in it. With --batch each line is
/// `{"id","body_b64"}`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    secrets: SecretFlags,
    /// Says for each secret whether the check is right, or what is wrong, and prints nothing of the notification.
    #[arg(long)]
    diagnose: bool,
    /// Reads a body that is not UTF-8 as ISO 8859-1, as `legacy_charset = "latin-1"` does.
    #[arg(long)]
    latin_1: bool,
    /// Answers lines of JSON.
    #[arg(long)]
    batch: bool,
}

#[derive(Deserialize)]
struct Line {
    body_b64: String,
}

#[derive(Serialize)]
struct Verified {
    version: String,
    assurance: &'static str,
    parameters: FormNotification,
}

pub(crate) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    let reader = Reader {
        keys: Keys::new(&arguments.secrets)?,
        charset: match arguments.latin_1 {
            true => FormCharset::Latin1,
            false => FormCharset::Utf8,
        },
    };
    if arguments.batch {
        let read = |line: &Line| {
            let decoded = STANDARD.decode(&line.body_b64);
            decoded.map_err(|_| "`body_b64` is not base64".to_owned())
        };
        return match arguments.diagnose {
            true => batch::run(out, |line: Line| reader.diagnosis(&read(&line)?)),
            false => batch::run(out, |line: Line| reader.verify(&read(&line)?)),
        };
    }
    let mut body = Vec::new();
    let most = u64::try_from(MAX_FORM).unwrap_or(u64::MAX).saturating_add(1);
    io::stdin().lock().take(most).read_to_end(&mut body)?;
    if arguments.diagnose {
        let said = reader.diagnosis(&body).map_err(Refused)?;
        for line in said.secrets {
            writeln!(out, "{line}")?;
        }
        return match said.opens {
            true => Ok(()),
            false => Err(Refused("no secret verifies the form".into()).into()),
        };
    }
    let verified = reader.verify(&body).map_err(Refused)?;
    serde_json::to_writer(&mut *out, &verified).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
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

    fn verify(&self, body: &[u8]) -> Result<Verified, String> {
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
