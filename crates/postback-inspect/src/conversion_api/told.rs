//! What ad platforms are told of a conversion.

use crate::explain::decided::{Taken, corrections, sent_by, take, why_not};
use crate::page::{Page, Tone};
use postback::conversion_api::{Account, AdPlatform, ToldMember};
use postback::decide::ReplyOutcome;
use postback::delivery::Delivery;
use postback::take_back::Takes;
use postback::tracker::{Campaign, PostbackRule};
use postback::value::{Pii, PostbackId};
use postback::{Click, Decision, Event, Tracker};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// What is wanted.
pub(super) struct Asked<'a> {
    pub(super) api: Option<&'a PostbackId>,
    pub(super) shows_personal: bool,
    /// Asks the platform about each event that is sent.
    pub(super) validate: Option<Validate<'a>>,
}

pub(super) type Validate<'a> = &'a dyn Fn(&Account, &Delivery) -> Validated;

/// What a platform said of an event that it was to check and not to count.
#[derive(Serialize)]
pub(super) struct Validated {
    /// Whether it would be taken; none where the platform cannot be asked.
    pub(super) taken: Option<bool>,
    pub(super) text: String,
}

#[derive(Serialize)]
pub(super) struct Told {
    outcome: ReplyOutcome,
    /// What became of the event, as a sentence.
    text: String,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    rule: String,
    api: PostbackId,
    platform: AdPlatform,
    /// The interface of the platform: `google_ads` and `microsoft_offline` in the modes `ads_api`
    /// and `offline`, else the platform's name.
    interface: &'static str,
    /// The interface, or the recipe: what `--platform` takes.
    judged_as: String,
    account: String,
    /// The platform's name of the event, or the id of the conversion action.
    event: Option<String>,
    fires: bool,
    /// Why it does not fire, or why another time than the conversion's own is told.
    reasons: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validated: Option<Validated>,
    members: Vec<Member>,
    /// What is done when money of a sale is taken back that the platform has.
    refunds: &'static str,
    /// What the event takes back of earlier sales by this rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    corrections: Vec<String>,
}

impl Told {
    /// Why the validation of these rules is no success.
    pub(super) fn refusal(&self) -> Option<String> {
        let asked = || {
            let rules = self.rules.iter();
            rules.filter_map(|rule| Some((rule, rule.validated.as_ref()?)))
        };
        if let Some((rule, found)) = asked().find(|(_, found)| found.taken == Some(false)) {
            return Some(format!("{} tells `{}`: {}", rule.rule, rule.api, found.text));
        }
        match asked().any(|(_, found)| found.taken.is_some()) {
            true => None,
            false => Some("no platform was asked: no rule fires whose platform can check without counting".into()),
        }
    }
}

/// A request with names in place of what is filled in when it is sent.
#[derive(Serialize)]
struct Request {
    line: String,
    headers: Vec<String>,
    /// The body, with this event alone.
    body: String,
}

#[derive(Serialize)]
struct Member {
    name: Cow<'static, str>,
    text: String,
    /// Why it is left out, as a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    came: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<String>,
}

/// Takes in the events, and says what is told of the last one.
pub(super) fn told(tracker: &Tracker, click: &Click, events: &[Event], asked: &Asked<'_>) -> Result<Told, String> {
    let campaign = tracker.campaign(click.campaign.as_str());
    let campaign = campaign.ok_or_else(|| format!("campaign `{}` of the click is not configured", click.campaign))?;
    let rules: Vec<&PostbackRule> = campaign.postbacks().filter(|rule| is_asked(rule, asked)).collect();
    if rules.is_empty() {
        return Err(match asked.api {
            Some(api) => format!(
                "no rule of campaign `{}` tells the conversion API `{api}`",
                campaign.id()
            ),
            None => format!("no rule of campaign `{}` is a conversion API", campaign.id()),
        });
    }
    let taken = take(tracker, click, events)?;
    let why = taken
        .reply
        .reason
        .map_or_else(|| taken.reply.outcome.text(), |reason| reason.text());
    let rules = rules.into_iter().filter_map(|rule| {
        let subject = Subject {
            tracker,
            click,
            campaign,
            taken: &taken,
        };
        subject.rule(rule, asked)
    });
    Ok(Told {
        outcome: taken.reply.outcome,
        text: why.to_owned(),
        rules: rules.collect(),
    })
}

fn is_asked(rule: &PostbackRule, asked: &Asked<'_>) -> bool {
    rule.account()
        .is_some_and(|account| asked.api.is_none_or(|api| account.id() == api))
}

struct Subject<'a> {
    tracker: &'a Tracker,
    click: &'a Click,
    campaign: &'a Campaign,
    taken: &'a Taken<'a>,
}

impl Subject<'_> {
    fn rule(&self, rule: &PostbackRule, asked: &Asked<'_>) -> Option<Rule> {
        let account = rule.account()?;
        let Self {
            tracker, click, taken, ..
        } = *self;
        let (conversion, plan) = (taken.conversion(), taken.plan.as_ref());
        let mut traced = plan.into_iter().flat_map(|plan| plan.trace.rules.iter());
        let traced = traced.find(|traced| traced.postback == *rule.id());
        let mut reasons = match traced {
            Some(traced) => why_not(tracker, click, conversion, &traced),
            None => vec!["it was not asked, since the event made no conversion that it could tell of".into()],
        };
        let moved = plan.and_then(|plan| plan.trace.moved_of(rule.id()));
        reasons.extend(moved.map(ToString::to_string));
        let delivery = plan.and_then(|plan| sent_by(plan, conversion, rule.id()).next());
        let validate = asked.validate.zip(delivery);
        let validated = validate.map(|(validate, delivery)| validate(account, delivery));
        let request = delivery.map(|delivery| {
            let sent = &delivery.outbound;
            Request {
                line: format!("{} {}", sent.method, sent.url),
                headers: sent
                    .headers
                    .iter()
                    .map(|(name, value)| format!("{name}: {value}"))
                    .collect(),
                body: sent.shown_body().unwrap_or_default(),
            }
        });
        let members = conversion.map_or_else(Vec::new, |made| {
            Decision::new(tracker).told_members(click, made, taken.event, rule.id())
        });
        let type_name = conversion.map(|made| &made.shown.type_name);
        let event = account.events().find(|(known, _)| Some(*known) == type_name);
        Some(Rule {
            rule: format!("{}/{}", self.campaign.id(), rule.id()),
            api: account.id().clone(),
            platform: account.platform().clone(),
            interface: account.interface(),
            judged_as: account.judged_as().to_owned(),
            account: account.account().to_owned(),
            event: event.map(|(_, name)| name.to_owned()),
            fires: request.is_some(),
            reasons,
            request,
            validated,
            members: members
                .into_iter()
                .map(|member| shown(member, asked.shows_personal))
                .collect(),
            refunds: refunds(account),
            corrections: self.taken.plan.as_ref().map_or_else(Vec::new, |plan| {
                let own = format!("`{}`: ", rule.id());
                let all = corrections(plan).into_iter();
                all.filter_map(|text| text.strip_prefix(&own).map(str::to_owned))
                    .collect()
            }),
        })
    }
}

/// What is done when money of a sale is taken back that the account has.
fn refunds(account: &Account) -> &'static str {
    if !account.is_told_of_refunds() {
        return "it is told nothing (`refunds` is `ignore`)";
    }
    match Takes::of(account.interface()) {
        Takes::Nothing => "the platform takes no correction, so only what has not left is not sent",
        Takes::Value => "the platform is told the value that is left, and goes on counting the sale",
        Takes::All => "the platform is told that the sale does not count, or the value that is left",
    }
}

fn shown(member: ToldMember, shows_personal: bool) -> Member {
    let text = member.to_string();
    let value = |value: Option<&Pii>| value.filter(|_| shows_personal).map(|value| value.expose().to_owned());
    Member {
        name: member.name,
        text,
        left_out: member.told.as_ref().err().map(|why| why.code()),
        came: value(member.came.as_ref()),
        sent: value(member.told.as_ref().ok().map(|(_, sent)| sent)),
    }
}

/// Prints it for a person.
pub(super) fn print(told: &Told, out: &mut Page<impl Write>) -> io::Result<()> {
    writeln!(out, "outcome     {}: {}", told.outcome, told.text)?;
    for rule in &told.rules {
        let (mark, tone) = match rule.fires {
            true => ("fires", Tone::Good),
            false => ("silent", Tone::Doubt),
        };
        let mark = out.toned(tone, mark);
        let event = rule
            .event
            .as_deref()
            .map_or_else(|| "no event".into(), |name| format!("event `{name}`"));
        writeln!(
            out,
            "\n{mark}  {} tells `{}`: {}, account {}, {event}",
            rule.rule, rule.api, rule.judged_as, rule.account
        )?;
        for reason in &rule.reasons {
            writeln!(out, "  {reason}")?;
        }
        if let Some(request) = &rule.request {
            writeln!(out, "  {}", request.line)?;
            for header in &request.headers {
                writeln!(out, "  {header}")?;
            }
            writeln!(out, "  {}", request.body)?;
        }
        if let Some(found) = &rule.validated {
            let tone = match found.taken {
                Some(true) => Tone::Good,
                Some(false) => Tone::Bad,
                None => Tone::Doubt,
            };
            writeln!(out, "  {}", out.toned(tone, &found.text))?;
        }
        let is_named = |member: &&Member| member.left_out != Some("no_parameter");
        for member in rule.members.iter().filter(is_named) {
            writeln!(out, "  - {}", member.text)?;
            for (word, value) in [("came", &member.came), ("sent", &member.sent)] {
                if let Some(value) = value {
                    writeln!(out, "      {word} `{}`", value.escape_debug())?;
                }
            }
        }
        let others = rule.members.iter().filter(|member| !is_named(member));
        let others: Vec<&str> = others.map(|member| member.name.as_ref()).collect();
        if !others.is_empty() {
            writeln!(
                out,
                "  - left out (no_parameter), since no parameter of the source has their role: {}",
                others.join(", ")
            )?;
        }
        writeln!(out, "  refunds: {}", rule.refunds)?;
        for correction in &rule.corrections {
            writeln!(out, "  taken back: {correction}")?;
        }
    }
    Ok(())
}
