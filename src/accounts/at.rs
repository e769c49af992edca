//! Which interface an account speaks: one of a platform of ours, or one that a recipe describes.

use super::interface::Interface;
use super::made::Made;
use super::{modes, platform, recipe};
use crate::config::Place;
use crate::conversion_api::{AdPlatform, names};
use crate::definition::ConversionApi;
use crate::lookup::Context;
use crate::model::{Counts, UserDatum};
use crate::recipe::Checked;
use crate::telling::Forms;
use alloc::{string::String, sync::Arc, vec::Vec};

/// The interface of an account.
pub(super) enum At {
    Known(Interface),
    Recipe(Arc<Checked>),
}

impl At {
    /// That of a row, whose keys are looked at; none if it names none.
    pub(super) fn of(row: &ConversionApi, recipes: &recipe::Recipes, place: &Place<'_>) -> Option<Self> {
        match (row.platform, &row.recipe) {
            (Some(platform), None) => {
                let interface = Interface::of(row, platform, place)?;
                interface.foreign_keys(row, place);
                Some(Self::Known(interface))
            }
            (None, Some(id)) => {
                let recipe = recipe::named_so(id, recipes, &place.at("recipe"))?;
                recipe::foreign_keys(row, &recipe, place);
                Some(Self::Recipe(recipe))
            }
            (Some(_), Some(_)) => {
                place
                    .at("recipe")
                    .problem("stands beside `platform`; an account has one of them");
                None
            }
            (None, None) => {
                place
                    .at("platform")
                    .problem("is missing; name the platform, or a `recipe`");
                None
            }
        }
    }

    /// The name of the event for a type that the account does not name.
    pub(super) fn usual_name(&self, type_name: &str, counts: Counts) -> Option<String> {
        match self {
            Self::Known(interface) if interface.has_no_usual_names() => None,
            Self::Known(interface) => names::usual(interface.platform(), type_name, counts),
            Self::Recipe(recipe) => recipe.recipe.usual(type_name, counts),
        }
    }

    /// What it is told of a person where the account names nothing.
    pub(super) fn usual_data(&self) -> Vec<UserDatum> {
        match self {
            Self::Known(interface) => interface.usual_data(),
            Self::Recipe(_) => UserDatum::ALL.to_vec(),
        }
    }

    pub(super) fn forms(&self) -> Forms {
        match self {
            Self::Known(interface) => Forms::Of(interface.platform()),
            Self::Recipe(recipe) => recipe::forms(recipe),
        }
    }

    pub(super) fn name(&self) -> AdPlatform {
        match self {
            Self::Known(interface) => AdPlatform::Known(interface.platform()),
            Self::Recipe(recipe) => AdPlatform::Recipe(recipe.recipe.id.clone()),
        }
    }

    /// Scheme and host of the platform, or what the account names in their place.
    pub(super) fn origin(&self, row: &ConversionApi, place: &Place<'_>) -> Option<String> {
        match self {
            Self::Known(interface) => interface.origin(row, place),
            Self::Recipe(recipe) => recipe::origin(row, recipe, place),
        }
    }

    /// The account's own part, where its requests go to this origin.
    pub(super) fn made<'a>(
        &self,
        row: &'a ConversionApi,
        place: &Place<'_>,
        context: &Context<'_>,
        origin: Option<&str>,
    ) -> Option<Made<'a>> {
        let interface = match self {
            Self::Known(interface) => interface,
            Self::Recipe(recipe) => return recipe::of(row, recipe, place, context, origin),
        };
        match interface {
            Interface::Meta => platform::of_meta(row, place, context, origin),
            Interface::TikTok => platform::of_tiktok(row, place, origin),
            Interface::DataManager => platform::of_google(row, place, context, origin),
            Interface::AdsApi => modes::of_ads_api(row, place, origin),
            Interface::Uet => platform::of_microsoft(row, place, origin),
            Interface::Offline => modes::of_offline(row, place, origin),
        }
    }
}
