//! `ins`: a notification, decrypted.

use crate::keys::{Diagnosed, Keys, SecretFlags};
use crate::{Done, Refused, batch};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::clickbank::ins::{Diagnosis, MAX_BODY};
use postback::{Envelope, Notification};
use serde::Deserialize;
use std::io::{self, Read, Write};

/// Opens a ClickBank notification (the body on stdin) and prints it as JSON.
///
/// The body is read from stdin, as ClickBank posted it. With --batch each line is `{"id","body_b64"}`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    secrets: SecretFlags,
    /// Says for each secret whether it opens the body, or which step fails, and prints nothing of the notification.
    ///
    /// For the own machine alone: to answer a sender with it would help to decrypt without the secret.
    #[arg(long)]
    diagnose: bool,
    /// Answers lines of JSON.
    #[arg(long)]
    batch: bool,
}

#[derive(Deserialize)]
struct Line {
    body_b64: String,
}

pub(crate) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    let opener = Opener(Keys::new(&arguments.secrets)?);
    if arguments.batch {
        let read = |line: &Line| {
            let decoded = STANDARD.decode(&line.body_b64);
            decoded.map_err(|_| "`body_b64` is not base64".to_owned())
        };
        return match arguments.diagnose {
            true => batch::run(out, |line: Line| opener.diagnosis(&read(&line)?)),
            false => batch::run(out, |line: Line| opener.open(&read(&line)?)),
        };
    }
    let mut body = Vec::new();
    let most = u64::try_from(MAX_BODY).unwrap_or(u64::MAX).saturating_add(1);
    io::stdin().lock().take(most).read_to_end(&mut body)?;
    if arguments.diagnose {
        let said = opener.diagnosis(&body).map_err(Refused)?;
        for line in said.secrets {
            writeln!(out, "{line}")?;
        }
        return match said.opens {
            true => Ok(()),
            false => Err(Refused("no secret opens the body".into()).into()),
        };
    }
    let notification = opener.open(&body).map_err(Refused)?;
    writeln!(out, "{}", notification.to_json())?;
    Ok(())
}

struct Opener<'a>(Keys<'a>);

impl Opener<'_> {
    fn open(&self, body: &[u8]) -> Result<Notification, String> {
        let envelope = Envelope::parse(body).map_err(|error| error.to_string())?;
        let opened = self.0.ring.open(&envelope);
        opened.map_err(|refused| format!("{refused}; `--diagnose` names the step that fails"))
    }

    fn diagnosis(&self, body: &[u8]) -> Result<Diagnosed, String> {
        let envelope = Envelope::parse(body).map_err(|error| error.to_string())?;
        Ok(self.0.diagnosed(&self.0.ring.diagnose(&envelope), &Diagnosis::Opens))
    }
}
