//! Explains what an account is told of a person and a click.

use super::account::{Account, Terms};
use super::person::FIELDS;
use super::told::Told;
use super::told_member::{MemberForm, NotTold, ToldMember};
use super::{google, microsoft, microsoft_offline, tiktok};
use crate::ad_id::{click_id, fbc, fbp};
use crate::model::{ParameterRole, Platform, UserDatum};
use crate::user_data::{Field, Form, LeftOut, prepare};
use crate::value::Pii;
use alloc::{format, string::String, vec::Vec};

/// A click id with its member.
type Id = (ParameterRole, &'static str);

impl Account {
    /// What is told of a conversion's person and click, member by member: the click ids first.
    pub(crate) fn members(&self, told: &Told<'_>) -> Vec<ToldMember> {
        let mut members = self.clicks(told);
        let home = self.shares.home(told);
        for (datum, role, field) in FIELDS {
            members.extend(self.datum(told, (*datum, role, *field), |text| {
                let prepared = prepare(self.platform, *field, text, &home).map_err(NotTold::Unfit)?;
                let form = match prepared.form {
                    Form::Hashed if prepared.came_hashed => MemberForm::CameHashed,
                    Form::Hashed => MemberForm::Hashed,
                    Form::Plain => MemberForm::Normalised,
                };
                Ok((form, prepared.text))
            }));
        }
        if matches!(self.terms, Terms::Google(_)) {
            whole_address(&mut members);
        }
        members.extend(self.browser(told));
        members
    }

    /// What is told of the value of a parameter; none if the platform has no place for it and there
    /// is no value either.
    fn datum(
        &self,
        told: &Told<'_>,
        (datum, role, field): (UserDatum, &ParameterRole, Field),
        prepared: impl Fn(&str) -> Result<(MemberForm, Pii), NotTold>,
    ) -> Option<ToldMember> {
        let named = told.of_person(role);
        let value = named.and_then(|(_, value)| value);
        let is_taken = self.takes(datum, field);
        if value.is_none() && !is_taken {
            return None;
        }
        let known = self.names().iter().find(|(known, _)| *known == datum);
        Some(ToldMember {
            name: known.map_or(datum.as_str(), |(_, name)| name),
            origin: match named {
                Some((name, _)) => format!("parameter `{name}`"),
                None => format!("the role `{role}`"),
            },
            came: value.map(Pii::new),
            told: match value {
                _ if named.is_none() => Err(NotTold::NoParameter),
                None => Err(NotTold::NoValue),
                Some(_) if !is_taken => Err(NotTold::Unfit(LeftOut::NotTaken)),
                Some(_) if !self.shares.data.contains(&datum) => Err(NotTold::NotShared),
                Some(text) => prepared(text),
            },
        })
    }

    /// The visitor's address and user agent.
    fn browser(&self, told: &Told<'_>) -> impl Iterator<Item = ToldMember> {
        let names = self.browser_names();
        let (ip, user_agent) = names.unwrap_or((UserDatum::Ip.as_str(), UserDatum::UserAgent.as_str()));
        let members = [
            (UserDatum::Ip, ip, "ip"),
            (UserDatum::UserAgent, user_agent, "useragent"),
        ]
        .map(|(datum, name, key)| {
            let value = told.of_click(key);
            ToldMember {
                name,
                origin: of_click(key),
                came: value.map(Pii::new),
                told: match value {
                    None => Err(NotTold::NoValue),
                    Some(_) if names.is_none() => Err(NotTold::Unfit(LeftOut::NotTaken)),
                    Some(_) if !self.shares.data.contains(&datum) => Err(NotTold::NotShared),
                    Some(value) => Ok((MemberForm::AsItCame, Pii::new(value))),
                },
            }
        });
        // Nothing is said of what did not come and has no place.
        members
            .into_iter()
            .filter(move |member| names.is_some() || member.came.is_some())
    }

    /// The ids by which the platform knows the click and the browser.
    fn clicks(&self, told: &Told<'_>) -> Vec<ToldMember> {
        let ids: &[Id] = match self.platform {
            Platform::Meta => return [meta_click(told), meta_browser(told)].into(),
            Platform::Google => &google::CLICK_IDS,
            Platform::TikTok => &tiktok::CLICK_IDS,
            Platform::Microsoft if matches!(self.terms, Terms::MicrosoftOffline(_)) => &[microsoft_offline::CLICK_ID],
            Platform::Microsoft => &[microsoft::CLICK_ID],
        };
        let mut members: Vec<ToldMember> = ids.iter().map(|id| click(told, id)).collect();
        if self.platform == Platform::Google {
            let told = members.iter_mut().filter(|member| member.told.is_ok());
            told.skip(1).for_each(|member| member.told = Err(NotTold::OtherClickId));
        }
        members
    }
}

fn of_click(name: &str) -> String {
    format!("`{name}` of the click")
}

fn click(told: &Told<'_>, (role, name): &Id) -> ToldMember {
    let value = told.click_parameter(role.clone());
    ToldMember {
        name,
        origin: of_click(role.as_str()),
        came: value.as_deref().map(Pii::new),
        told: match value.as_deref() {
            None => Err(NotTold::NoValue),
            Some(text) => match click_id(role, text) {
                Ok(id) => Ok((MemberForm::AsItCame, Pii::new(id))),
                Err(why) => Err(NotTold::BadClickId(why)),
            },
        },
    }
}

fn meta_click(told: &Told<'_>) -> ToldMember {
    let cookie = told.click_parameter(ParameterRole::Fbc);
    let fbclid = told.click_parameter(ParameterRole::Fbclid);
    let made = fbc(cookie.as_deref(), fbclid.as_deref(), told.scope.click.at);
    let is_cookie = matches!(&made, Ok(Some(fbc)) if cookie.as_deref() == Some(fbc.as_str()));
    let form = match &made {
        Ok(Some(fbc)) if !is_cookie && fbclid.as_deref() != Some(fbc.as_str()) => MemberForm::Made,
        _ => MemberForm::AsItCame,
    };
    let (role, came) = if is_cookie { ("fbc", cookie) } else { ("fbclid", fbclid) };
    ToldMember {
        name: "fbc",
        origin: of_click(role),
        came: came.as_deref().map(Pii::new),
        told: match made {
            Ok(Some(fbc)) => Ok((form, Pii::new(fbc.as_str()))),
            Ok(None) => Err(NotTold::NoValue),
            Err(why) => Err(NotTold::BadClickId(why)),
        },
    }
}

fn meta_browser(told: &Told<'_>) -> ToldMember {
    let cookie = told.click_parameter(ParameterRole::Fbp);
    ToldMember {
        name: "fbp",
        origin: of_click("fbp"),
        came: cookie.as_deref().map(Pii::new),
        told: match fbp(cookie.as_deref()) {
            Ok(Some(fbp)) => Ok((MemberForm::AsItCame, Pii::new(fbp.as_str()))),
            Ok(None) => Err(NotTold::NoValue),
            Err(why) => Err(NotTold::BadClickId(why)),
        },
    }
}

/// Google takes the parts of an address together.
fn whole_address(members: &mut [ToldMember]) {
    let is_part = |member: &&mut ToldMember| google::ADDRESS.iter().any(|(name, _)| *name == member.name);
    let told = |member: &&mut ToldMember| is_part(member) && member.told.is_ok();
    if members.iter_mut().filter(told).count() < google::ADDRESS.len() {
        let parts = members.iter_mut().filter(told);
        parts.for_each(|member| member.told = Err(NotTold::IncompleteAddress));
    }
}
