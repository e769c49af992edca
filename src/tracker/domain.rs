//! Finds the tracking domain of a source, a campaign or a request.

use super::compiled::{Campaign, Domain, Source, Tracker};
use crate::model::ReferrerPolicy;
use crate::value::DomainId;
use alloc::collections::BTreeMap;

/// The place to which a visitor is sent when no offer takes the click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fallback<'t> {
    /// The URL of the redirect.
    pub url: &'t str,
    /// How much the visitor's browser tells that URL of where the visitor comes from.
    pub referrer_policy: ReferrerPolicy,
}

/// The domain of a row that may name one. If only one domain is configured, every row has it.
pub(crate) fn domain_of<'t>(domains: &'t BTreeMap<DomainId, Domain>, own: Option<&DomainId>) -> Option<&'t Domain> {
    match own {
        Some(id) => domains.get(id),
        None => only(domains),
    }
}

fn only(domains: &BTreeMap<DomainId, Domain>) -> Option<&Domain> {
    let mut all = domains.values();
    all.next().filter(|_| all.next().is_none())
}

impl Tracker {
    /// Returns where a visitor is sent when no offer can take the click: the fallback of the
    /// campaign's domain. If the campaign is unknown or names no domain, it is the fallback of the
    /// domain in the request's `host`; if only one domain is configured, the fallback of that one.
    #[must_use]
    pub fn fallback(&self, campaign: Option<&Campaign>, host: Option<&str>) -> Option<Fallback<'_>> {
        let named = campaign.and_then(|campaign| campaign.domain.as_ref());
        let asked = host.filter(|_| named.is_none()).and_then(|host| self.at_host(host));
        let domain = asked.or_else(|| domain_of(&self.tables.domains, named))?;
        Some(Fallback {
            url: domain.fallback.as_deref()?,
            referrer_policy: domain.referrer_policy,
        })
    }

    /// Finds the domain of a host. The port is ignored if no domain has it, since a proxy in front
    /// may use another.
    fn at_host(&self, host: &str) -> Option<&Domain> {
        let find = |wanted: fn(&str) -> &str| {
            let mut all = self.tables.domains.values();
            all.find(|domain| wanted(authority(&domain.url)).eq_ignore_ascii_case(wanted(host)))
        };
        find(|whole| whole).or_else(|| find(without_port))
    }

    /// The URL of a source's tracking domain.
    #[must_use]
    pub fn source_domain(&self, source: &Source) -> Option<&str> {
        domain_of(&self.tables.domains, source.domain.as_ref()).map(|domain| domain.url.as_str())
    }

    /// The URL of a campaign's tracking domain.
    #[must_use]
    pub fn campaign_domain(&self, campaign: &Campaign) -> Option<&str> {
        domain_of(&self.tables.domains, campaign.domain.as_ref()).map(|domain| domain.url.as_str())
    }
}

fn authority(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, authority)| authority)
}

fn without_port(authority: &str) -> &str {
    let port = |(_, port): &(&str, &str)| port.bytes().all(|byte| byte.is_ascii_digit());
    authority
        .rsplit_once(':')
        .filter(port)
        .map_or(authority, |(host, _)| host)
}
