//! What a compiled configuration holds, for tools that show it. Nothing here decides.

use super::compiled::{Campaign, Channel, Offer, PostbackRule, Source, Tracker};
use super::replies::Replies;
use crate::definition::Protocol;
use crate::event::Interface;
use crate::model::{Counts, Method, ParameterRole, Status, Updates};
use crate::network;
use crate::template::{BodyTemplate, UrlTemplate};
use crate::value::{ChannelId, IpNet, OfferId, OfferSourceId, SecretReference, TypeName};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

impl Tracker {
    /// The conversion types by name, with what each counts as.
    pub fn conversion_types(&self) -> impl Iterator<Item = (&TypeName, Counts)> {
        self.types.iter().map(|(name, known)| (name, known.counts))
    }

    /// The type of a conversion that names none.
    #[must_use]
    pub fn default_type(&self) -> &TypeName {
        &self.default_type
    }

    /// Every offer, by id.
    pub fn offers(&self) -> impl Iterator<Item = (&OfferId, &Offer)> {
        self.offers.iter()
    }

    /// A traffic channel by id.
    #[must_use]
    pub fn channel(&self, id: &ChannelId) -> Option<&Channel> {
        self.channels.get(id)
    }

    /// The references to the keys that sign our click ids, newest first.
    #[must_use]
    pub fn click_id_references(&self) -> &[SecretReference] {
        &self.click_id_keys
    }
}

impl Source {
    /// The references to its tokens, newest first.
    #[must_use]
    pub fn tokens(&self) -> &[SecretReference] {
        &self.tokens
    }

    /// The addresses that may call it; none listed is any address.
    #[must_use]
    pub fn allow_ips(&self) -> &[IpNet] {
        &self.allow_ips
    }

    /// Which interface counts where both bring the same sale.
    #[must_use]
    pub fn truth(&self) -> Option<Interface> {
        self.truth
    }

    /// What it wants to be answered in place of our own words.
    #[must_use]
    pub fn replies(&self) -> Option<&Replies> {
        self.replies.as_ref()
    }

    /// How many refused bodies each of its rings keeps.
    #[must_use]
    pub fn refused_keep(&self) -> u32 {
        self.refused_keep
    }

    /// For how many days a refused body is kept.
    #[must_use]
    pub fn refused_days(&self) -> u32 {
        self.refused_days
    }

    /// What its events are matched to: the network's word or a kind, and the conversion type; none
    /// is chosen on purpose.
    #[must_use]
    pub fn events(&self) -> &BTreeMap<String, Option<TypeName>> {
        &self.events
    }

    /// The types that need no token.
    #[must_use]
    pub fn open_types(&self) -> &BTreeSet<TypeName> {
        &self.open_types
    }

    /// The status of a conversion that names none; an offer may have another.
    #[must_use]
    pub fn default_status(&self) -> Status {
        self.default_status
    }

    /// What it speaks.
    #[must_use]
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// Its table of parameters: each name with the network's macro; `{r}` is read from a
    /// notification.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters
            .iter()
            .map(|row| (row.name.as_str(), row.macro_text.as_str()))
    }

    /// The parameters' names with their roles.
    #[must_use]
    pub fn roles(&self) -> BTreeMap<&str, Option<&ParameterRole>> {
        self.parameters
            .iter()
            .map(|row| (row.name.as_str(), row.role.as_ref()))
            .collect()
    }

    /// The parameter of its postbacks that has this meaning; of several the one that wins.
    #[must_use]
    pub fn parameter_name(&self, meaning: network::Meaning) -> Option<&str> {
        self.names.names(meaning).next()
    }

    /// The meaning of a parameter of its postbacks, if it has one.
    #[must_use]
    pub fn parameter_meaning(&self, name: &str) -> Option<network::Meaning> {
        self.names.meaning(name)
    }

    /// What was probably meant by the name of a parameter that means nothing here, as
    /// [`InboundPostback::ignored`](network::InboundPostback::ignored) lists them.
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

    /// Whose offer it is.
    #[must_use]
    pub fn source(&self) -> &OfferSourceId {
        &self.source
    }

    /// Where visitors are sent to.
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

    /// Its table of parameters: each name in the click URL with the channel's macro, which may be
    /// empty.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters
            .iter()
            .map(|row| (row.name.as_str(), row.macro_text.as_str()))
    }
}

impl Campaign {
    /// Its traffic channel.
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
    /// Its method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> &UrlTemplate {
        &self.url
    }

    /// Its body.
    #[must_use]
    pub fn body(&self) -> Option<&BodyTemplate> {
        self.body.as_ref()
    }

    /// When it fires again.
    #[must_use]
    pub fn updates(&self) -> Updates {
        self.updates
    }
}
