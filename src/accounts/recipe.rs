//! Recipes, and the accounts at the platforms that they describe.

use super::made::Made;
use super::platform::{action_sources, page};
use super::texts::needed;
use crate::config::{Place, Refusal, Report, one_of};
use crate::conversion_api::Terms;
use crate::definition::{ConversionApi, Definition};
use crate::described;
use crate::lookup::{Context, domain_url, named};
use crate::model::Platform;
use crate::recipe::{Checked, MemberSource, Part, Piece, Recipe, SHIPPED, WrittenAs, shipped};
use crate::telling::Forms;
use crate::user_data::{Field, Form, form};
use crate::value::PostbackId;
use alloc::{
    borrow::ToOwned,
    boxed::Box,
    collections::BTreeMap,
    format,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};

/// The recipes of a document, by their names.
pub(super) type Recipes = BTreeMap<PostbackId, Arc<Checked>>;

/// `[[recipe]]`: each is checked, whether an account uses it or not.
pub(super) fn recipes(definition: &Definition, root: &Place<'_>) -> Recipes {
    let rows = (root, "recipe", definition.recipes.as_slice());
    named(rows, ("id", |row: &Recipe| &row.id), |row, place| {
        if Platform::from_word(row.id.as_str()).is_some() {
            let said = format!("`{}` is the name of a platform that needs no recipe", row.id);
            place.at("id").problem(said);
        }
        Some(Arc::new(checked(row, place)))
    })
}

fn checked(row: &Recipe, place: &Place<'_>) -> Checked {
    let checked = Checked::new(row, place);
    for (place, (member, part)) in (0..)
        .map(|index| place.at("event").item(index))
        .zip(row.event.iter().zip(&checked.parts))
    {
        if let Part::From {
            source: MemberSource::Person(datum),
            written,
            like,
            ..
        } = part
            && let Some(field) = Field::from_word(datum.as_str())
            && !is_form(form(*like, field), *written)
        {
            let key = if member.like.is_some() { "like" } else { "as" };
            place
                .at(key)
                .problem(format!("{like} has no such form of `{datum}`; name another platform"));
        }
    }
    checked
}

/// Whether a value can be written so: every normalised value in plain text, and a hash where the
/// platform takes one.
fn is_form(form: Option<Form>, written: WrittenAs) -> bool {
    match form {
        None => false,
        Some(Form::Hashed) => true,
        Some(Form::Plain) => written == WrittenAs::Plain,
    }
}

/// The recipe of this name: the document's own, or one that is shipped.
pub(super) fn named_so(id: &PostbackId, own: &Recipes, place: &Place<'_>) -> Option<Arc<Checked>> {
    if let Some(own) = own.get(id) {
        return Some(Arc::clone(own));
    }
    if let Some(recipe) = shipped(id.as_str()) {
        // A test checks every shipped recipe.
        let nobody = Report::default();
        return Some(Arc::new(checked(&recipe, &Place::root(&nobody))));
    }
    let known: Vec<&str> = own.keys().map(PostbackId::as_str).chain(SHIPPED).collect();
    place.refuse(Refusal::reference(id.as_str(), "recipe", known));
    None
}

/// In which form the platform takes what is known of a person.
pub(super) fn forms(recipe: &Checked) -> Forms {
    let forms = recipe.parts.iter().filter_map(|part| match part {
        Part::From {
            source: MemberSource::Person(datum),
            written,
            like,
            ..
        } => {
            let is_hashed = *written == WrittenAs::Hash;
            Some((*datum, (*like, if is_hashed { Form::Hashed } else { Form::Plain })))
        }
        _ => None,
    });
    Forms::Recipe(forms.collect())
}

/// Reports the keys of an account that the recipe has no use for.
pub(super) fn foreign_keys(row: &ConversionApi, recipe: &Checked, place: &Place<'_>) {
    let fills = |source| recipe.fills(&source);
    let keys = [
        ("pixel", row.pixel.is_some(), recipe.uses(&Piece::Pixel)),
        ("account", row.account.is_some(), recipe.uses(&Piece::Account)),
        ("mode", row.mode.is_some(), false),
        ("customer", row.customer.is_some(), false),
        ("developer_token", row.developer_token.is_some(), false),
        ("login_account", row.login_account.is_some(), false),
        ("app_secret", row.app_secret.is_some(), false),
        ("api_version", row.api_version.is_some(), false),
        (
            "action_source",
            row.action_source.is_some(),
            fills(MemberSource::ActionSource),
        ),
        (
            "action_sources",
            !row.action_sources.is_empty(),
            fills(MemberSource::ActionSource),
        ),
        (
            "event_source_url",
            row.event_source_url.is_some(),
            fills(MemberSource::Page),
        ),
        (
            "test_event_code",
            row.test_event_code.is_some(),
            fills(MemberSource::TestCode),
        ),
        ("validate_only", row.validate_only, recipe.validate_path.is_some()),
        ("consent", row.consent.is_some(), false),
        ("opt_out", row.opt_out, fills(MemberSource::OptOut)),
        (
            "limited_data_use",
            row.limited_data_use,
            fills(MemberSource::LimitedDataUse),
        ),
        ("partner", row.partner.is_some(), fills(MemberSource::Partner)),
    ];
    for (key, is_set, is_known) in keys {
        if is_set && !is_known {
            place
                .at(key)
                .problem(format!("recipe `{}` has no use for it", recipe.recipe.id));
        }
    }
    for datum in row.user_data.iter().flatten() {
        if !fills(MemberSource::Person(*datum)) {
            let said = format!("recipe `{}` has no place for `{datum}`", recipe.recipe.id);
            place.at("user_data").problem(said);
        }
    }
}

/// Scheme and host of the recipe, or what the account names in their place.
pub(super) fn origin(row: &ConversionApi, recipe: &Checked, place: &Place<'_>) -> Option<String> {
    match &row.endpoint {
        Some(text) => place.at("endpoint").accept(domain_url(text)),
        None => Some(recipe.origin.clone()),
    }
}

/// The account's own part.
pub(super) fn of<'a>(
    row: &'a ConversionApi,
    recipe: &Arc<Checked>,
    place: &Place<'_>,
    context: &Context<'_>,
    origin: Option<&str>,
) -> Option<Made<'a>> {
    let word = |text: &Option<String>, key, piece: &Piece| {
        if !recipe.uses(piece) {
            return Some(None);
        }
        let text = needed(text.as_deref(), &place.at(key))?;
        place.at(key).accept(plain(text)).map(|()| Some(text.to_owned()))
    };
    let pixel = word(&row.pixel, "pixel", &Piece::Pixel);
    let account = word(&row.account, "account", &Piece::Account);
    let words: Vec<&str> = recipe.recipe.action_sources.iter().map(String::as_str).collect();
    let source = row.action_source.as_deref().or(words.first().copied());
    let source = source.map(|text| place.at("action_source").accept(word_of(text, &words)));
    let sources = action_sources(row, place, context, &words);
    let page = page(row, place);
    if page.is_none() && row.event_source_url.is_none() && recipe.needs(&MemberSource::Page) {
        let said = format!(
            "is missing: recipe `{}` needs the page of the conversion",
            recipe.recipe.id
        );
        place.at("event_source_url").problem(said);
    }
    let terms = described::Terms {
        recipe: Arc::clone(recipe),
        pixel: pixel?,
        account: account?,
        action_source: source.map_or(Some(None), |source| source.map(|word| Some(word.to_string())))?,
        action_sources: sources,
        page,
        test_code: row.test_event_code.clone(),
        partner: row.partner.clone(),
        opt_out: row.opt_out,
        limited_data_use: row.limited_data_use,
    };
    let request = terms.frame(origin?, &row.token, row.validate_only);
    let limit = recipe.recipe.limit.unwrap_or(1);
    Some(Made::of(Terms::Recipe(Box::new(terms)), request, limit))
}

fn word_of<'w>(text: &str, words: &[&'w str]) -> Result<&'w str, Refusal> {
    one_of(text, "such a place", words)
}

/// A word that stands in a URL and in JSON as it is.
fn plain(text: &str) -> Result<(), Refusal> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if text.bytes().all(is_plain) && text.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err(format!(
        "`{}` has other characters than letters, digits, `-`, `_` and `.`",
        text.escape_debug()
    )
    .into())
}
