//! Offers, and each campaign's connection to its traffic channel: the click URL to paste there, and
//! the postbacks that we send.

use super::{Section, Setup};
use crate::words;
use postback::clickbank::hoplink::{Doubt, Link};
use postback::model::Updates;

use postback::definition::Protocol;
use postback::tracker::Campaign;
use postback::value::OfferId;

impl Setup<'_> {
    /// The offers' URLs, to which visitors are sent.
    pub(super) fn offers(&self) -> Section {
        let mut section = Section::new("Offers");
        let step = section.step(
            "Visitors are sent to these URLs; `{clickid}` is filled with the id of each click, and must come back.",
        );
        for (id, offer) in self.tracker.offers() {
            step.with(format!("{id} ({})", offer.source()), offer.url().as_str());
        }
        if self.tracker.offers().next().is_none() {
            step.with("", "there is none yet: add `[[offer]]`");
        }
        let links: Vec<(&OfferId, Link)> = self
            .tracker
            .offers()
            .filter(|(_, offer)| {
                self.tracker
                    .source(Some(offer.source().as_str()))
                    .is_some_and(|source| matches!(source.protocol(), Protocol::ClickBank(_)))
            })
            .filter_map(|(id, offer)| Some((id, Link::parse(offer.url().as_str()).ok()?)))
            .collect();
        if !links.is_empty() {
            let step = section.step("What ClickBank gives back of each offer's link:");
            for (id, link) in &links {
                let form = link.form();
                let held = link.click_ids().filter(|(_, value)| value.contains("{clickid}"));
                let held: Vec<String> = held.map(|(name, value)| format!("`{name}={value}`")).collect();
                let said = match form.tracking_parameter() {
                    Some(_) if !held.is_empty() => format!("{form}: {}", held.join(" and ")),
                    Some(code) => format!("{form}: `{code}={{clickid}}`"),
                    None if form.is_other() => "no link of ClickBank's, as far as it shows".into(),
                    None => format!("{form}: no click id"),
                };
                step.with(id.as_str(), said);
            }
        }
        for (id, link) in &links {
            for doubt in link.doubts().into_iter().filter(Doubt::needs_script) {
                section.step(format!("`{id}`: {doubt}."));
            }
        }
        section
    }

    /// A campaign: what to paste into its traffic channel, and what we send to it.
    pub(super) fn campaign(&self, campaign: &Campaign) -> Section {
        let channel = self.tracker.channel(campaign.channel());
        let title = channel.map_or(campaign.channel().as_str(), |channel| channel.title());
        let mut section = Section::new(format!("Campaign `{}`: traffic from {title}", campaign.id()));
        let url = format!(
            "{}{}",
            self.campaign_base(campaign),
            postback::setup::Setup::new(self.tracker).click_path(campaign)
        );
        let macros = match url.contains('?') {
            true => format!(", exactly as it is: its macros are {title}'s to fill"),
            false => String::new(),
        };
        let step = section.step(format!(
            "Paste the click URL into {title} as the destination of the ad{macros}."
        ));
        step.with("", url);
        let bare = channel.into_iter().flat_map(|channel| channel.parameters());
        let bare: Vec<&str> = bare.filter(|(_, text)| text.is_empty()).map(|(name, _)| name).collect();
        if !bare.is_empty() {
            section.step(format!(
                "These parameters have no macro: {title} or the page adds them to the URL by itself, or you do: {}.",
                bare.join(", ")
            ));
        }
        let offers: Vec<&str> = campaign.offers().iter().map(|id| id.as_str()).collect();
        match offers.as_slice() {
            [] => drop(section.step("No offer is reached: add `[[campaign.path]]`.")),
            offers => drop(section.step(format!("Its visitors go to: {}.", offers.join(", ")))),
        }
        self.told(campaign, title, &mut section);
        section
    }

    /// The conditional postbacks of a campaign.
    fn told(&self, campaign: &Campaign, title: &str, section: &mut Section) {
        let mut postbacks = campaign.postbacks().peekable();
        if postbacks.peek().is_none() {
            section.step(format!(
                "{title} is told nothing: the campaign has no `[[campaign.postback]]`."
            ));
            return;
        }
        for postback in postbacks {
            let updates = match postback.updates() {
                Updates::FirstMatch => "once, the first time that it matches",
                Updates::EveryChange => "at each change that matches",
                Updates::Never => "when the conversion is made, or never",
            };
            let conditions = postback.conditions();
            let step = section.step(match postback.account() {
                None => format!(
                    "Conditional postback `{}`: we call {title}; check that every value is in its place.",
                    postback.id()
                ),
                Some(account) => format!(
                    "Conversion API `{}`: we tell {}, account `{}` (`{}`).",
                    postback.id(),
                    account.platform(),
                    account.account(),
                    account.id()
                ),
            });
            if let Some(request) = postback.request() {
                step.with("URL", format!("{} {}", request.method(), request.url()));
                if let Some(body) = request.body() {
                    step.with("body", format!("{} ({})", body.as_str(), body.content_type().as_str()));
                }
            }
            if let Some(account) = postback.account() {
                let wanted = &conditions.types;
                for (type_name, event) in account
                    .events()
                    .filter(|(name, _)| wanted.is_empty() || wanted.contains(name))
                {
                    step.with(format!("event of `{type_name}`"), event);
                }
            }
            step.with("types", or_all(&conditions.types))
                .with("statuses", or_all(&conditions.statuses));
            let mut rest = conditions.clone();
            rest.types.clear();
            rest.statuses.clear();
            if let Some(wants) = words::wants(&rest) {
                step.with("also", wants);
            }
            step.with("fires", updates);
        }
    }
}

fn or_all(words: &[impl std::fmt::Display]) -> String {
    match words {
        [] => "all".into(),
        words => words::either(words),
    }
}
