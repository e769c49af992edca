//! Parts of the definition that are checked and change nothing yet: a channel's own API.

use crate::config::Place;
use crate::definition::ChannelApi;

/// `api` of a traffic channel: how its campaigns are paused.
pub(super) fn channel_api(api: &ChannelApi, place: &Place<'_>) {
    if api.recipe.is_empty() {
        place.at("recipe").problem("is empty");
    }
}
