//! Reads or diagnoses a body that ClickBank posted, of any version, from stdin or line by line.

use crate::keys::{Diagnosed, Keys, SecretFlags};
use crate::page::{Page, Tone};
use crate::verdict::{Sources, Verdict};
use crate::{Done, Refused, batch};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::intake::Message;
use serde::{Deserialize, Serialize};
use std::{
    io::{self, Read, Write},
    path::PathBuf,
};

/// The way in which the bodies of an interface are read.
pub(crate) trait Posted {
    type Shown: Serialize;
    /// The longest body, in bytes.
    const MOST: usize;
    /// The text for a body for which no secret is right.
    const NONE_IS_RIGHT: &'static str;

    fn read(&self, body: &[u8]) -> Result<Self::Shown, String>;
    fn diagnosis(&self, body: &[u8]) -> Result<Diagnosed, String>;
    fn message<'a>(&self, shown: &'a Self::Shown) -> Message<'a>;
}

/// A notification, with what each source of a configuration would do with it.
#[derive(Serialize)]
#[serde(untagged)]
enum Told<S> {
    Alone(S),
    Judged { sources: Vec<Verdict>, notification: S },
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
    /// Use it only on your own machine: in a response to the sender, it would help to guess secrets
    /// or to decrypt without one.
    #[arg(long)]
    diagnose: bool,
    /// Says also whether the sources of this configuration would accept it: version, role, click
    /// id.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Reads lines of JSON from stdin and answers each.
    #[arg(long)]
    batch: bool,
}

impl Asked {
    pub(crate) fn keys(&self) -> Result<Keys<'_>, Refused> {
        Keys::new(&self.secrets)
    }
}

pub(crate) fn run<P: Posted>(posted: &P, asked: &Asked, out: &mut Page<impl Write>) -> Done {
    let sources = asked.config.as_deref().map(Sources::read).transpose()?;
    let told = |body: &[u8]| told(posted, sources.as_ref(), body);
    let diagnosed = |body: &[u8]| diagnosed(posted, sources.as_ref(), body);
    match (asked.batch, asked.diagnose) {
        (true, true) => return batch::run(out, |line: Line| diagnosed(&line.body()?)),
        (true, false) => return batch::run(out, |line: Line| told(&line.body()?)),
        (false, _) => {}
    }
    let mut body = Vec::new();
    let most = u64::try_from(P::MOST).unwrap_or(u64::MAX).saturating_add(1);
    io::stdin().lock().take(most).read_to_end(&mut body)?;
    if asked.diagnose {
        return print::<P>(&diagnosed(&body).map_err(Refused)?, out);
    }
    let shown = told(&body).map_err(Refused)?;
    serde_json::to_writer(&mut *out, &shown).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

fn told<P: Posted>(posted: &P, sources: Option<&Sources>, body: &[u8]) -> Result<Told<P::Shown>, String> {
    let shown = posted.read(body)?;
    Ok(match sources {
        Some(sources) => Told::Judged {
            sources: sources.verdicts(&posted.message(&shown)),
            notification: shown,
        },
        None => Told::Alone(shown),
    })
}

fn diagnosed<P: Posted>(posted: &P, sources: Option<&Sources>, body: &[u8]) -> Result<Diagnosed, String> {
    let mut diagnosed = posted.diagnosis(body)?;
    if let (true, Some(sources)) = (diagnosed.opens, sources) {
        diagnosed.sources = sources.verdicts(&posted.message(&posted.read(body)?));
    }
    Ok(diagnosed)
}

fn print<P: Posted>(said: &Diagnosed, out: &mut Page<impl Write>) -> Done {
    out.show(said, |out| {
        for line in said.secrets.iter().chain(&said.note) {
            let (name, found) = line.split_once(':').unwrap_or((line, ""));
            let name = out.toned(Tone::Name, name);
            let mark = if found.is_empty() { "" } else { ":" };
            writeln!(out, "{name}{mark}{found}")?;
        }
        for line in said.sources.iter().flat_map(Verdict::lines) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    })?;
    if !said.opens {
        return Err(Refused(P::NONE_IS_RIGHT.into()).into());
    }
    match said.sources.is_empty() || said.sources.iter().any(Verdict::takes) {
        true => Ok(()),
        false => Err(Refused("no source would take it".into()).into()),
    }
}
