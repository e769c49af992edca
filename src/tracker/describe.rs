//! Shows what a compiled configuration holds, for tools. Nothing here decides.

use super::compiled::{Campaign, Channel, Offer, PostbackRule, RequestRule, Sends, Source, Tracker};
use super::replies::Replies;
use crate::conversion_api::Account;
use crate::definition::{Protocol, Retention};
use crate::event::Interface;
use crate::model::{Counts, Method, ParameterRole, Status, Updates};
use crate::network;
use crate::plan::RefusedBounds;
use crate::template::{BodyTemplate, UrlTemplate};
use crate::value::{ChannelId, IpNet, OfferId, OfferSourceId, SecretReference, TypeName};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

impl Tracker {
    /// The conversion types by name, with what each of them counts as.
    pub fn conversion_types(&self) -> impl Iterator<Item = (&TypeName, Counts)> {
        self.tables.types.iter().map(|(name, known)| (name, known.counts))
    }

    /// The type of a conversion that names no type.
    #[must_use]
    pub fn default_type(&self) -> &TypeName {
        &self.tables.default_type
    }

    /// Every offer, by id.
    pub fn offers(&self) -> impl Iterator<Item = (&OfferId, &Offer)> {
        self.tables.offers.iter()
    }

    /// A traffic channel by id.
    #[must_use]
    pub fn channel(&self, id: &ChannelId) -> Option<&Channel> {
        self.tables.channels.get(id)
    }

    /// The references to the keys that sign our click ids, newest first.
    #[must_use]
    pub fn click_id_references(&self) -> &[SecretReference] {
        &self.tables.click_id_keys
    }

    /// How long rows are kept, as far as the configuration says it.
    #[must_use]
    pub fn retention(&self) -> &Retention {
        &self.tables.retention
    }
}

impl Source {
    /// The references to its tokens, newest first.
    #[must_use]
    pub fn tokens(&self) -> &[SecretReference] {
        &self.tokens
    }

    /// The addresses that may call it. If none is listed, any address may.
    #[must_use]
    pub fn allow_ips(&self) -> &[IpNet] {
        &self.allow_ips
    }

    /// The interface that counts when both bring the same sale.
    #[must_use]
    pub fn truth(&self) -> Option<Interface> {
        self.truth
    }

    /// The responses that the source wants instead of ours.
    #[must_use]
    pub fn replies(&self) -> Option<&Replies> {
        self.replies.as_ref()
    }

    /// How much each of its rings keeps of what is refused.
    #[must_use]
    pub fn refused_bounds(&self) -> RefusedBounds {
        self.refused_bounds
    }

    /// How many days a refused body is kept.
    #[must_use]
    pub fn refused_days(&self) -> u32 {
        self.refused_days
    }

    /// The table `events`: the network's word or a kind, and its conversion type. None is an
    /// explicit choice.
    #[must_use]
    pub fn events(&self) -> &BTreeMap<String, Option<TypeName>> {
        &self.events
    }

    /// The types that may be sent without a token.
    #[must_use]
    pub fn open_types(&self) -> &BTreeSet<TypeName> {
        &self.open_types
    }

    /// The status of a conversion that names none. An offer may override it.
    #[must_use]
    pub fn default_status(&self) -> Status {
        self.default_status
    }

    /// The protocol of the source.
    #[must_use]
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// The source's parameters: each name with the network's macro. A `{r}` macro is read from a
    /// notification.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters
            .iter()
            .map(|row| (row.name.as_str(), row.macro_text.as_str()))
    }

    /// The names of the source's parameters with their roles.
    #[must_use]
    pub fn roles(&self) -> BTreeMap<&str, Option<&ParameterRole>> {
        self.parameters
            .iter()
            .map(|row| (row.name.as_str(), row.role.as_ref()))
            .collect()
    }

    /// The name of the postback parameter with this meaning. If there are several, the one that
    /// takes precedence.
    #[must_use]
    pub fn parameter_name(&self, meaning: network::Meaning) -> Option<&str> {
        self.names.names(meaning).next()
    }

    /// The meaning of a postback parameter, if it has one.
    #[must_use]
    pub fn parameter_meaning(&self, name: &str) -> Option<network::Meaning> {
        self.names.meaning(name)
    }

    /// Guesses what was meant by the name of a parameter that has no meaning here, as listed in
    /// [`InboundPostback::ignored`](network::InboundPostback::ignored).
    #[must_use]
    pub fn parameter_hint(&self, name: &str) -> Option<network::NameHint> {
        let own: Vec<&str> = self.parameters.iter().map(|row| row.name.as_str()).collect();
        self.names.hint(name, &own)
    }
}

impl Offer {
    /// Its title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The id of the offer's source.
    #[must_use]
    pub fn source(&self) -> &OfferSourceId {
        &self.source
    }

    /// The URL to which visitors are sent.
    #[must_use]
    pub fn url(&self) -> &UrlTemplate {
        &self.url
    }
}

impl Channel {
    /// Its title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The channel's parameters: each name in the click URL with the channel's macro, which may be
    /// empty.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters
            .iter()
            .map(|row| (row.name.as_str(), row.macro_text.as_str()))
    }
}

impl Campaign {
    /// The id of the campaign's traffic channel.
    #[must_use]
    pub fn channel(&self) -> &ChannelId {
        &self.channel
    }

    /// The offers of its paths, each once.
    #[must_use]
    pub fn offers(&self) -> BTreeSet<&OfferId> {
        let offers = self.paths.iter().flat_map(|path| &path.offers);
        offers.map(|(id, _)| id).collect()
    }
}

impl PostbackRule {
    /// The request, where the rule is a postback.
    #[must_use]
    pub fn request(&self) -> Option<&RequestRule> {
        match &self.sends {
            Sends::Request(request) => Some(request),
            Sends::Event(_) => None,
        }
    }

    /// The account that is told, where the rule is one of a conversion API.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match &self.sends {
            Sends::Request(_) => None,
            Sends::Event(event) => Some(&event.account),
        }
    }

    /// The references of the secrets that its requests need, in order, including repeated ones.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &SecretReference> {
        let request = self.request().into_iter().flat_map(RequestRule::secrets);
        request.chain(self.account().into_iter().flat_map(Account::secrets))
    }

    /// Whether the postback fires again when a conversion changes.
    #[must_use]
    pub fn updates(&self) -> Updates {
        self.updates
    }
}

impl RequestRule {
    /// The HTTP method of the request.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// The URL of the request.
    #[must_use]
    pub fn url(&self) -> &UrlTemplate {
        &self.url
    }

    /// The body of the request, if it has one.
    #[must_use]
    pub fn body(&self) -> Option<&BodyTemplate> {
        self.body.as_ref()
    }

    fn secrets(&self) -> impl Iterator<Item = &SecretReference> {
        let body = self.body.iter().flat_map(BodyTemplate::secrets);
        self.url.secrets().chain(body).chain(&self.sign)
    }
}
