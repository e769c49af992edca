//! `ins`: a notification, decrypted.

use crate::{Done, Refused, batch, secrets};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::clickbank::ins::{Diagnosis, MAX_BODY, secret_hint};
use postback::{Envelope, KeyRing, Notification, Secret};
use serde::Deserialize;
use std::io::{self, Read, Write};

/// Opens a ClickBank notification (the body on stdin) and prints it as JSON.
///
/// The body is read from stdin, as ClickBank posted it. With --batch each line is `{"id","body_b64"}`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The environment variable with ClickBank's secret key. May be repeated, the newest first.
    #[arg(long, value_name = "NAME", required = true)]
    secret_env: Vec<String>,
    /// Says for each secret whether it opens the body, or which step fails, and prints nothing of the notification.
    ///
    /// For the own machine alone: to answer a sender with it would help to decrypt without the secret.
    #[arg(long)]
    diagnose: bool,
    /// Takes secrets of fewer than 12 characters.
    #[arg(long)]
    allow_short_secret: bool,
    /// Answers lines of JSON.
    #[arg(long)]
    batch: bool,
}

#[derive(Deserialize)]
struct Line {
    body_b64: String,
}

pub(crate) fn run(arguments: &Arguments, out: &mut impl Write) -> Done {
    let opener = Opener::new(arguments)?;
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

struct Opener<'a> {
    names: &'a [String],
    hints: Vec<Option<&'static str>>,
    key_ring: KeyRing,
}

/// What each secret makes of a body.
#[derive(serde::Serialize)]
struct Diagnosed {
    opens: bool,
    secrets: Vec<String>,
}

impl<'a> Opener<'a> {
    fn new(arguments: &'a Arguments) -> Result<Self, Refused> {
        let found = arguments.secret_env.iter().map(|name| {
            let secret = secrets::of_variable(name);
            secret.ok_or_else(|| Refused(format!("the environment variable `{name}` is not set")))
        });
        let secrets: Vec<Secret> = found.collect::<Result<_, _>>()?;
        let hints = secrets.iter().map(secret_hint).collect();
        let key_ring = match arguments.allow_short_secret {
            true => KeyRing::allow_short(secrets),
            false => KeyRing::new(secrets),
        };
        Ok(Self {
            names: &arguments.secret_env,
            hints,
            key_ring: key_ring.map_err(Refused::new)?,
        })
    }

    fn open(&self, body: &[u8]) -> Result<Notification, String> {
        let envelope = Envelope::parse(body).map_err(|error| error.to_string())?;
        let opened = self.key_ring.open(&envelope);
        opened.map_err(|refused| format!("{refused}; `--diagnose` names the step that fails"))
    }

    fn diagnosis(&self, body: &[u8]) -> Result<Diagnosed, String> {
        let envelope = Envelope::parse(body).map_err(|error| error.to_string())?;
        let found = self.key_ring.diagnose(&envelope);
        let opens = found.contains(&Diagnosis::Opens);
        let each = found.iter().zip(self.names).zip(&self.hints);
        let secrets = each.map(|((found, name), hint)| match hint {
            // Of a secret that opens nothing is wrong.
            Some(hint) if *found != Diagnosis::Opens => {
                format!("{name}: {found} (the secret {hint}, unlike ClickBank's)")
            }
            _ => format!("{name}: {found}"),
        });
        Ok(Diagnosed {
            opens,
            secrets: secrets.collect(),
        })
    }
}
