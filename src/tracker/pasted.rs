//! The URLs that a configuration asks one to paste elsewhere.

use super::compiled::{Campaign, Source, Tracker};
use crate::model::AccountRole;
use crate::network::Meaning;
use alloc::{format, string::String, vec::Vec};

impl Source {
    /// The account's role in ClickBank, where the document says it. It chooses the macros of
    /// [`Source::pasted_query`], affiliate where nothing is said, and nothing else: a notification
    /// says its own role, and the source's is neither compared with it nor stands in for it.
    #[must_use]
    pub fn account_role(&self) -> Option<AccountRole> {
        self.role
    }

    /// The query to paste into the network's postback URL, its macros unfilled: for ClickBank in
    /// the guide's order, then what `[offer_source.postback]` and the parameter table add. Empty
    /// where neither says anything. `&type=NAME` for each event and the token are to be appended.
    ///
    /// Parameters that are read from a notification (`{r}`) are left out: the guide for INS says to
    /// remove them from the URL.
    #[must_use]
    pub fn pasted_query(&self) -> String {
        query(self.pasted_pairs())
    }

    /// The pairs of [`Source::pasted_query`]: names and macros.
    pub(crate) fn pasted_pairs(&self) -> Vec<(&str, &str)> {
        let mut pairs: Vec<(&str, &str)> = self.names.pasted().collect();
        for (word, filled) in &self.pasted {
            let Some(meaning) = Meaning::from_word(word) else {
                continue;
            };
            let place = pairs
                .iter_mut()
                .find(|(name, _)| self.names.meaning(name) == Some(meaning));
            match (place, self.names.names(meaning).next()) {
                (Some((_, known)), _) => *known = filled,
                (None, Some(name)) => pairs.push((name, filled)),
                (None, None) => {}
            }
        }
        let is_pasted = |filled: &str| !filled.is_empty() && filled != "{r}";
        for row in self.parameters.iter().filter(|row| is_pasted(&row.macro_text)) {
            match pairs.iter_mut().find(|(name, _)| *name == row.name) {
                Some((_, known)) => *known = &row.macro_text,
                None => pairs.push((&row.name, &row.macro_text)),
            }
        }
        pairs
    }
}

impl Tracker {
    /// The URL of a source's postbacks, with [`Source::pasted_query`]; none without a domain.
    #[must_use]
    pub fn postback_url(&self, source: &Source) -> Option<String> {
        let domain = self.domains.get(source.domain.as_ref()?)?;
        let page = format!("{}/postback/{}", domain.url, source.id);
        Some(with_query(page, source.pasted_pairs()))
    }

    /// The URL of a source's notifications, to which `?token=..` is to be appended; none without a
    /// domain.
    #[must_use]
    pub fn ins_url(&self, source: &Source) -> Option<String> {
        let domain = self.domains.get(source.domain.as_ref()?)?;
        Some(format!("{}/ins/{}", domain.url, source.id))
    }

    /// The click URL of a campaign, with its channel's macros, to paste into the channel; none
    /// without a domain.
    #[must_use]
    pub fn click_url(&self, campaign: &Campaign) -> Option<String> {
        let domain = self.domains.get(campaign.domain.as_ref()?)?;
        Some(format!("{}{}", domain.url, self.click_path(campaign)))
    }

    /// Path and query of [`Tracker::click_url`], for a domain that is not in the document.
    #[must_use]
    pub fn click_path(&self, campaign: &Campaign) -> String {
        let channel = self.channels.get(&campaign.channel);
        let rows = channel.into_iter().flat_map(|channel| &channel.parameters);
        let rows = rows.filter(|row| !row.macro_text.is_empty());
        let pairs = rows.map(|row| (row.name.as_str(), row.macro_text.as_str()));
        with_query(format!("/{}", campaign.id), pairs.collect())
    }
}

fn with_query(page: String, pairs: Vec<(&str, &str)>) -> String {
    if pairs.is_empty() {
        return page;
    }
    format!("{page}?{}", query(pairs))
}

/// Macros stay as they are: encoded, the network would not know them.
fn query(pairs: Vec<(&str, &str)>) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(name, filled)| format!("{name}={filled}")).collect();
    pairs.join("&")
}
