//! The URLs that a configuration asks one to paste elsewhere.

use crate::model::AccountRole;
use crate::network::Meaning;
use crate::tracker::compiled::{Campaign, Source, Tracker};
use alloc::{format, string::String, vec::Vec};

impl Source {
    /// The account's role in ClickBank, where the document says it. It chooses the macros of [`Source::pasted_query`], affiliate where
    /// nothing is said, and nothing else: a notification says its own role, and the source's is neither compared with it nor stands in for
    /// it.
    #[must_use]
    pub fn account_role(&self) -> Option<AccountRole> {
        self.role
    }

    /// The query to paste into the network's postback URL, its macros unfilled: for ClickBank in the guide's order, then what
    /// `[offer_source.postback]` and the parameter table add. Empty where neither says anything. `&type=NAME` for each event and the token
    /// are to be appended.
    ///
    /// Parameters that are read from a notification (`{r}`) are left out: the guide for INS says to remove them from the URL.
    #[must_use]
    pub fn pasted_query(&self) -> String {
        let usual = self.names.pasted_query().unwrap_or_default();
        let usual = usual.split('&').filter_map(|pair| pair.split_once('='));
        let mut pairs: Vec<(String, String)> = usual.map(|(name, filled)| (name.into(), filled.into())).collect();
        for (word, filled) in &self.pasted {
            let Some(meaning) = Meaning::from_word(word) else {
                continue;
            };
            let place = pairs
                .iter_mut()
                .find(|(name, _)| self.names.meaning(name) == Some(meaning));
            match (place, self.names.names(meaning).next()) {
                (Some((_, known)), _) => known.clone_from(filled),
                (None, Some(name)) => pairs.push((name.into(), filled.clone())),
                (None, None) => {}
            }
        }
        for row in self
            .parameters
            .iter()
            .filter(|row| !row.macro_text.is_empty() && row.macro_text != "{r}")
        {
            match pairs.iter_mut().find(|(name, _)| *name == row.name) {
                Some((_, known)) => known.clone_from(&row.macro_text),
                None => pairs.push((row.name.clone(), row.macro_text.clone())),
            }
        }
        query(pairs.iter().map(|(name, filled)| (name.as_str(), filled.as_str())))
    }
}

impl Tracker {
    /// The URL of a source's postbacks, with [`Source::pasted_query`]; none without a domain.
    #[must_use]
    pub fn postback_url(&self, source: &Source) -> Option<String> {
        let domain = self.domains.get(source.domain.as_ref()?)?;
        let query = source.pasted_query();
        let mark = if query.is_empty() { "" } else { "?" };
        Some(format!("{}/postback/{}{mark}{query}", domain.url, source.id))
    }

    /// The URL of a source's notifications, to which `?token=..` is to be appended; none without a domain.
    #[must_use]
    pub fn ins_url(&self, source: &Source) -> Option<String> {
        let domain = self.domains.get(source.domain.as_ref()?)?;
        Some(format!("{}/ins/{}", domain.url, source.id))
    }

    /// The click URL of a campaign, with its channel's macros, to paste into the channel; none without a domain.
    #[must_use]
    pub fn click_url(&self, campaign: &Campaign) -> Option<String> {
        let domain = self.domains.get(campaign.domain.as_ref()?)?;
        let channel = self.channels.get(&campaign.channel)?;
        let rows = channel.parameters.iter().filter(|row| !row.macro_text.is_empty());
        let query = query(rows.map(|row| (row.name.as_str(), row.macro_text.as_str())));
        let mark = if query.is_empty() { "" } else { "?" };
        Some(format!("{}/{}{mark}{query}", domain.url, campaign.id))
    }
}

/// Macros stay as they are: encoded, the network would not know them.
fn query<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let pairs: Vec<String> = pairs.map(|(name, filled)| format!("{name}={filled}")).collect();
    pairs.join("&")
}
