//! A body that ClickBank posted, of whatever version: from stdin or line by line, read or
//! diagnosed.

use crate::keys::{Diagnosed, Keys, SecretFlags};
use crate::{Done, Refused, batch};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// How the bodies of an interface are read.
pub(crate) trait Posted {
    type Shown: Serialize;
    /// The longest body, in bytes.
    const MOST: usize;
    /// What is said when no secret is right.
    const NONE_IS_RIGHT: &'static str;

    fn read(&self, body: &[u8]) -> Result<Self::Shown, String>;
    fn diagnosis(&self, body: &[u8]) -> Result<Diagnosed, String>;
}

#[derive(Deserialize)]
struct Line {
    body_b64: String,
}

impl Line {
    fn body(&self) -> Result<Vec<u8>, String> {
        let decoded = STANDARD.decode(&self.body_b64);
        decoded.map_err(|_| "`body_b64` is not base64".to_owned())
    }
}

/// The flags of these verbs.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    #[command(flatten)]
    secrets: SecretFlags,
    /// Says for each secret whether it is right, or what is wrong, and prints nothing of the
    /// notification.
    ///
    /// For the own machine alone: to answer a sender with it would help to guess or to decrypt
    /// without the secret.
    #[arg(long)]
    diagnose: bool,
    /// Answers lines of JSON.
    #[arg(long)]
    batch: bool,
}

impl Asked {
    pub(crate) fn keys(&self) -> Result<Keys<'_>, Refused> {
        Keys::new(&self.secrets)
    }
}

pub(crate) fn run<P: Posted>(posted: &P, asked: &Asked, out: &mut impl Write) -> Done {
    match (asked.batch, asked.diagnose) {
        (true, true) => return batch::run(out, |line: Line| posted.diagnosis(&line.body()?)),
        (true, false) => return batch::run(out, |line: Line| posted.read(&line.body()?)),
        (false, _) => {}
    }
    let mut body = Vec::new();
    let most = u64::try_from(P::MOST).unwrap_or(u64::MAX).saturating_add(1);
    io::stdin().lock().take(most).read_to_end(&mut body)?;
    if asked.diagnose {
        let said = posted.diagnosis(&body).map_err(Refused)?;
        for line in said.secrets {
            writeln!(out, "{line}")?;
        }
        return match said.opens {
            true => Ok(()),
            false => Err(Refused(P::NONE_IS_RIGHT.into()).into()),
        };
    }
    let shown = posted.read(&body).map_err(Refused)?;
    serde_json::to_writer(&mut *out, &shown).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
}
