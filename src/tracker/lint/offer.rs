//! Doubts about the URL of a ClickBank offer: whether the click id comes back, and to where the source looks for it.

use crate::config::Table;
use crate::network::Meaning;
use crate::tracker::compile::MAX_ROWS;
use crate::tracker::compiled::{Offer, Source, Tracker};
use alloc::{collections::BTreeMap, format, string::String};

/// The parameters of a link that ClickBank gives back: the two tracking codes, and those of support article 26455062697620, "Affiliate
/// Tracking Parameters".
const RETURNED: &[&str] = &[
    "tid",
    "vtid",
    "extclid",
    "aff_sub1",
    "aff_sub2",
    "aff_sub3",
    "aff_sub4",
    "aff_sub5",
    "unique_aff_sub1",
    "unique_aff_sub2",
    "unique_aff_sub3",
    "unique_aff_sub4",
    "unique_aff_sub5",
];

pub(super) fn lint(root: &Table<'_>, sources: &[Table<'_>], tracker: &Tracker) {
    let templates: BTreeMap<&str, &str> = sources
        .iter()
        .filter_map(|row| Some((row.text("id")?, row.text("template")?)))
        .collect();
    for row in root.rows("offer", MAX_ROWS) {
        if let Some(offer) = row.text("id").and_then(|id| tracker.offers.get(id))
            && let Some(source) = tracker.sources.get(&offer.source)
            && source.clickbank_words
        {
            let by_postback = templates.get(source.id.as_str()) == Some(&"clickbank-s2s");
            clickbank(&row, offer, source, by_postback);
        }
    }
}

/// `by_postback`: whether postbacks are what the source is for.
fn clickbank(row: &Table<'_>, offer: &Offer, source: &Source, by_postback: bool) {
    let host = host(offer.url.origin());
    let link = Link {
        source,
        hoplink: is_under(host, "hop.clickbank.net"),
        pay_link: is_under(host, "pay.clickbank.net"),
        asked: asked(source).filter(|_| by_postback),
        notified: !by_postback || !source.secrets.is_empty(),
    };
    let mut returns = false;
    let mut astray = None;
    for (name, value) in parameters(offer.url.as_str()).filter(|(_, value)| holds_click_id(value)) {
        if name == "vtid" && link.hoplink {
            let said = "`vtid` is the seller's and does not come back from a hoplink; write `tid={clickid}`";
            row.problem("url", said);
            return;
        }
        if matches!(name, "tid" | "vtid") && !matches!(value, "{clickid}" | "{_clickid}") {
            let said = format!(
                "`{name}={value}` holds more than the click id, and one character that ClickBank does not allow may drop the whole code; \
                 write `{name}={{clickid}}` and put the rest elsewhere"
            );
            row.problem("url", said);
        }
        if link.returns(name) {
            returns = true;
        } else if RETURNED.contains(&name) {
            astray = astray.or(Some(name));
        }
    }
    match astray {
        _ if returns => {}
        Some(name) => row.problem("url", link.astray(name)),
        None => row.problem(
            "url",
            format!(
                "no click id can come back through this URL; add `{}={{clickid}}`",
                link.usual()
            ),
        ),
    }
}

/// A link of ClickBank's and the ways by which what stands in it comes back.
struct Link<'a> {
    source: &'a Source,
    hoplink: bool,
    pay_link: bool,
    /// The macro that the postback's URL asks for the click id with, where postbacks are what the source is for.
    asked: Option<&'a str>,
    /// Whether notifications come too.
    notified: bool,
}

impl Link<'_> {
    fn returns(&self, name: &str) -> bool {
        let by_postback = match self.asked {
            Some(asked) => asked == name,
            // More than a macro is pasted, and what it makes of the link cannot be told.
            None => !self.notified && RETURNED.contains(&name),
        };
        by_postback || (self.notified && self.is_looked_for(name))
    }

    /// Whether one of the places of a notification where the source looks is this parameter's.
    fn is_looked_for(&self, name: &str) -> bool {
        let paths = || self.source.click_id_paths.iter().map(|path| path.as_str());
        let given_back = RETURNED.contains(&name);
        let code = matches!(name, "tid" | "vtid")
            && paths().any(|path| path == "trackingCodes" || path.starts_with("trackingCodes["));
        let variable =
            (given_back || self.pay_link) && paths().any(|path| path.strip_prefix("vendorVariables.") == Some(name));
        let parameter = given_back
            && paths().any(|path| path.strip_prefix("affiliateTrackingParameters.") == Some(&camel_case(name)));
        code || variable || parameter
    }

    /// The parameter that this kind of link gives back to this source.
    fn usual(&self) -> &str {
        match self.asked {
            Some(asked) if !matches!(asked, "tid" | "vtid") => asked,
            _ if self.hoplink => "tid",
            Some(asked) if !self.pay_link => asked,
            _ => "vtid",
        }
    }

    /// What to say of a click id that comes back where nobody looks for it.
    fn astray(&self, name: &str) -> String {
        let Some(asked) = self.asked else {
            return format!("the click id is in `{name}`, and no path of `click_id_from` looks there");
        };
        let remedy = match (name, asked) {
            ("vtid", "tid") => "say `account_role = \"vendor\"`".into(),
            (_, "vtid") if self.hoplink => "say `account_role = \"affiliate\"` and write `tid={clickid}`".into(),
            (_, asked) => format!("write `{asked}={{clickid}}`"),
        };
        format!("the click id is in `{name}`, and the postback's URL asks for `{{{asked}}}`; {remedy}")
    }
}

/// The name of the macro that is pasted for the click id; none where it is not a macro alone.
fn asked(source: &Source) -> Option<&str> {
    let mut pairs = source.pasted_pairs().into_iter();
    let (_, filled) = pairs.find(|(name, _)| source.names.meaning(name) == Some(Meaning::ClickId))?;
    let name = filled.strip_prefix('{')?.strip_suffix('}')?;
    (!name.contains(['{', '}'])).then_some(name)
}

/// The name of a link's parameter as a notification writes it: `aff_sub1` is `affSub1` there.
fn camel_case(name: &str) -> String {
    let mut begins = false;
    let mut camel = String::new();
    for letter in name.chars() {
        if letter != '_' {
            camel.push(if begins { letter.to_ascii_uppercase() } else { letter });
        }
        begins = letter == '_';
    }
    camel
}

fn host(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    host.split_once(':').map_or(host, |(host, _)| host)
}

fn is_under(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The parameters of a template's query, as they are written.
fn parameters(url: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn holds_click_id(value: &str) -> bool {
    ["{clickid}", "{_clickid}"].iter().any(|text| value.contains(text))
}
