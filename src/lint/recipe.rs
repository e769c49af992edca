//! Doubts about recipes, and about accounts at the platforms that they describe.

use crate::config::Place;
use crate::conversion_api::Account;
use crate::definition::Definition;
use crate::model::{ParameterRole, UserDatum};
use crate::recipe::{Checked, MemberSource, Part};
use crate::value::TypeName;
use alloc::{collections::BTreeSet, format};

/// Warns of recipes that no account names, and of those that say nothing of answers.
pub(super) fn lint(definition: &Definition, root: &Place<'_>) {
    for (place, row) in root.rows("recipe", &definition.recipes) {
        let mut accounts = definition.conversion_apis.iter();
        if !accounts.any(|account| account.recipe.as_ref() == Some(&row.id)) {
            place.problem("no account names it, so it does nothing");
        }
        if row.answers.is_none() {
            place.at("answers").problem(
                "is missing: every status of 2xx counts as success, and many platforms refuse with such a status",
            );
        }
        if row.sources.is_empty() {
            place
                .at("sources")
                .problem("is missing: write down where its facts come from, for whoever looks for a fault");
        }
    }
}

/// Warns of events that the recipe does not name.
pub(super) fn custom(account: &Account, recipe: &Checked, told: &BTreeSet<&TypeName>, place: &Place<'_>) {
    let recipe = &recipe.recipe;
    if recipe.names.is_empty() || recipe.custom.is_some() {
        return;
    }
    for type_name in told {
        let at = place.at(type_name.as_str());
        match account.events().find(|(known, _)| known == type_name) {
            Some((_, event)) if !recipe.is_standard(event) => at.problem(format!(
                "`{}` is none of the names of recipe `{}`; name one of them, or \"\" to tell nothing",
                event.escape_debug(),
                recipe.id
            )),
            _ => {}
        }
    }
}

/// Whether an event may ever name somebody well enough: every member of one of the sets has
/// something that can fill it.
pub(super) fn can_be_told(
    account: &Account,
    recipe: &Checked,
    has_click_id: impl Fn(&ParameterRole) -> bool,
    has_role: impl Fn(&str) -> bool,
) -> bool {
    let is_filled = |source: &MemberSource| match source {
        MemberSource::Person(datum) if !account.shares.data.contains(datum) => false,
        MemberSource::Person(UserDatum::Ip | UserDatum::UserAgent) => true,
        MemberSource::Person(datum) => has_role(datum.as_str()),
        MemberSource::Role(ParameterRole::Fbc) => {
            has_click_id(&ParameterRole::Fbc) || has_click_id(&ParameterRole::Fbclid)
        }
        MemberSource::Role(role) if role.is_click_id() => has_click_id(role),
        _ => true,
    };
    let of_path = |path: &str| {
        recipe.parts.iter().find_map(|part| match part {
            Part::From { at, source, .. } if at == path => Some(source),
            _ => None,
        })
    };
    let can_be = |path: &alloc::string::String| of_path(path).is_some_and(is_filled);
    recipe.one_of.is_empty() || recipe.one_of.iter().any(|set| set.iter().all(can_be))
}
