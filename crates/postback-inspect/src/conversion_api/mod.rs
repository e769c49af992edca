//! `conversion-api`: says what ad platforms are told of a conversion, member by member, and what
//! their answers mean.

mod answer;
mod told;
#[cfg(feature = "validate")]
mod validate;

use crate::explain::input::Input;
use crate::{Done, Refused, configuration, page::Page, postback::now, secrets};
use postback::value::PostbackId;
use postback::{Definition, Tracker};
use std::{io::Write, path::PathBuf};

/// Says what ad platforms are told of a conversion, and what their answers mean.
///
/// The click and the events are those of `explain`, and the last event is looked at. For each rule
/// of the click's campaign that is a conversion API it is said whether it fires, and why not; the
/// request, with names in place of secrets and personal values; and for each member where it comes
/// from and in which form it is sent, or why it is left out. A personal value is shown only with
/// --show-personal. An event of `/api/events` has no personal values, so give the postback or the
/// notification itself.
///
/// With --answer it says what we make of a platform's answer. With --validate, where the program
/// was built with it, it asks Google whether it would take the event.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The configuration: a `.toml` or a `.json` file.
    #[arg(long, value_name = "FILE", required_unless_present = "answer")]
    config: Option<PathBuf>,
    /// The file with the click.
    #[arg(long, value_name = "FILE", required_unless_present = "answer")]
    click: Option<PathBuf>,
    /// The file with the event or events.
    #[arg(long, value_name = "FILE", required_unless_present = "answer")]
    event: Option<PathBuf>,
    /// Only the rules that tell this account.
    #[arg(long, value_name = "ID")]
    api: Option<PostbackId>,
    /// Prints personal values too: as they came, and as they are sent.
    #[arg(long)]
    show_personal: bool,
    #[cfg(feature = "validate")]
    #[command(flatten)]
    validation: validate::Validation,
    /// The file with the body of an answer.
    #[arg(long, value_name = "FILE", requires = "platform", conflicts_with_all = ["click", "event", "api", "show_personal"])]
    answer: Option<PathBuf>,
    /// Whose answer it is: `meta`, `google`, `google_ads`, `tiktok`, `microsoft`,
    /// `microsoft_offline`, or the name of a recipe: `snapchat`, `reddit`, `pinterest`, or one of
    /// --config.
    #[arg(long, value_name = "NAME", requires = "answer")]
    platform: Option<String>,
    /// The HTTP status of the answer.
    #[arg(long, default_value_t = 200, requires = "answer")]
    status: u16,
    /// How many events were in the request.
    #[arg(long, default_value_t = 1, requires = "answer")]
    count: usize,
}

pub(crate) fn run(arguments: &Arguments, out: &mut Page<impl Write>) -> Done {
    if let Some(file) = &arguments.answer {
        let platform = arguments.platform.as_deref().unwrap_or_default();
        let body = configuration::text(file)?;
        let definition = match &arguments.config {
            Some(file) => Definition::from_document(&configuration::read(file)?.0).map_err(Refused::new)?,
            None => Definition::default(),
        };
        let asked = answer::Asked {
            platform,
            status: arguments.status,
            count: arguments.count,
            recipes: &definition.recipes,
        };
        return answer::run(&asked, &body, out);
    }
    let path = |path: &Option<PathBuf>| path.clone().unwrap_or_default();
    let (document, tracker) = configuration::read(&path(&arguments.config))?;
    #[cfg(feature = "validate")]
    if arguments.validation.is_asked() {
        let (tracker, checking) = validate::only_checking(&document)?;
        let validator = validate::Validator::new(&arguments.validation, checking)?;
        let ask = |account: &_, delivery: &_| validator.ask(account, delivery);
        return show(arguments, &tracker, Some(&ask), out);
    }
    drop(document);
    show(arguments, &tracker, None, out)
}

/// Says what is told of the last event.
fn show(
    arguments: &Arguments,
    tracker: &Tracker,
    validate: Option<told::Validate<'_>>,
    out: &mut Page<impl Write>,
) -> Done {
    let path = |path: &Option<PathBuf>| path.clone().unwrap_or_default();
    let (credentials, _) = secrets::for_reading(tracker);
    let input = Input {
        tracker,
        credentials: &credentials,
        now: now()?,
    };
    let click = configuration::text(&path(&arguments.click))?;
    let click = input.click(&click).map_err(Refused)?;
    let events = configuration::text(&path(&arguments.event))?;
    let events = input.events(&events, &click).map_err(Refused)?;
    let asked = told::Asked {
        api: arguments.api.as_ref(),
        shows_personal: arguments.show_personal,
        validate,
    };
    let told = told::told(tracker, &click, &events, &asked).map_err(Refused)?;
    out.show(&told, |out| {
        told::print(&told, out)?;
        if click.private.is_empty() {
            writeln!(
                out,
                "\nThe click has no `private`, so nothing of its visitor is known here. Where it came from `/api/clicks`, which \
                 shows none, the server may have told more than this: `/api/explain?clickid=` has what it decided."
            )?;
        }
        Ok(())
    })?;
    match told.refusal().filter(|_| validate.is_some()) {
        Some(refusal) => Err(Refused(refusal).into()),
        None => Ok(()),
    }
}
