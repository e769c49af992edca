//! `ins`: decrypts a notification.

use crate::keys::{Diagnosed, Keys};
use crate::posted::{self, Asked, Posted};
use crate::{Done, page::Page, stray};
use postback::clickbank::envelope::{Diagnosis, MAX_BODY};
use postback::intake::Message;
use postback::{Envelope, Notification};
use std::io::Write;

/// Opens a ClickBank notification (the body on stdin) and prints it as JSON.
///
/// The body is read from stdin, as ClickBank posted it. With --config the answer says first what
/// the sources would do with it: `{"sources":[..],"notification":{..}}`. With --batch each line is
/// `{"id","body_b64"}`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    asked: Asked,
}

pub(crate) fn run(arguments: &Arguments, out: &mut Page<impl Write>) -> Done {
    posted::run(&Opener(arguments.asked.keys()?), &arguments.asked, out)
}

struct Opener<'a>(Keys<'a>);

impl Opener<'_> {
    fn envelope(&self, body: &[u8]) -> Result<Envelope, String> {
        Envelope::parse(body).map_err(|error| stray::what(body, &self.0.ring).unwrap_or_else(|| error.to_string()))
    }
}

impl Posted for Opener<'_> {
    type Shown = Notification;
    const MOST: usize = MAX_BODY;
    const NONE_IS_RIGHT: &'static str = "no secret opens the body";

    fn read(&self, body: &[u8]) -> Result<Notification, String> {
        let envelope = self.envelope(body)?;
        let opened = self.0.ring.open(&envelope);
        opened.map_err(|refused| format!("{refused}; `--diagnose` names the step that fails"))
    }

    fn diagnosis(&self, body: &[u8]) -> Result<Diagnosed, String> {
        let envelope = self.envelope(body)?;
        Ok(self.0.diagnosed(&self.0.ring.diagnose(&envelope), &Diagnosis::Opens))
    }

    fn message<'a>(&self, shown: &'a Notification) -> Message<'a> {
        shown.into()
    }
}
