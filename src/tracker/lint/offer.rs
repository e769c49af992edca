//! Doubts about the URL of a ClickBank offer: whether the click id comes back, and to where the source looks for it.

use crate::clickbank::hoplink::{Doubt, Form, Link, LinkParameter};
use crate::config::Table;
use crate::network::Meaning;
use crate::tracker::compile::MAX_ROWS;
use crate::tracker::compiled::{Offer, Source, Tracker};
use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

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
    // What compiled is a URL; of one with too many parameters for a link nothing is told.
    let Ok(link) = Link::parse(offer.url.as_str()) else {
        return;
    };
    let way_back = WayBack {
        source,
        form: link.form(),
        asked: asked(source).filter(|_| by_postback),
        notified: !by_postback || !source.secrets.is_empty(),
    };
    let filled = |name: &LinkParameter| link.value(name.as_str()).is_some_and(holds_click_id);
    for doubt in link.doubts() {
        let is_final = matches!(doubt, Doubt::OtherSide { .. } | Doubt::OneVisit | Doubt::AfterHop);
        match &doubt {
            Doubt::OtherSide { name, .. } | Doubt::Mixed { name, .. } | Doubt::Repeated(name) if filled(name) => {}
            Doubt::OneVisit | Doubt::AfterHop => {}
            _ => continue,
        }
        row.problem("url", doubt.to_string());
        if is_final {
            return;
        }
    }
    let names = link.parameters().filter(|(_, value)| holds_click_id(value));
    let names: Vec<&str> = names.map(|(name, _)| name).collect();
    if names.iter().any(|name| way_back.returns(name)) {
        return;
    }
    match names.iter().find(|name| LinkParameter::known(name).is_some()) {
        Some(name) => row.problem("url", way_back.astray(name)),
        None => row.problem(
            "url",
            format!(
                "no click id can come back through this URL; add `{}={{clickid}}`",
                way_back.usual()
            ),
        ),
    }
}

/// A link of ClickBank's and the ways by which what stands in it comes back.
struct WayBack<'a> {
    source: &'a Source,
    form: &'a Form,
    /// The macro that the postback's URL asks for the click id with, where postbacks are what the source is for.
    asked: Option<&'a str>,
    /// Whether notifications come too.
    notified: bool,
}

impl WayBack<'_> {
    fn returns(&self, name: &str) -> bool {
        let by_postback = match self.asked {
            Some(asked) => asked == name,
            // More than a macro is pasted, and what it makes of the link cannot be told.
            None => !self.notified && LinkParameter::known(name).is_some(),
        };
        by_postback || (self.notified && self.is_looked_for(name))
    }

    /// Whether one of the places of a notification where the source looks is this parameter's.
    fn is_looked_for(&self, name: &str) -> bool {
        let paths = || self.source.click_id_paths.iter().map(|path| path.as_str());
        let given_back = LinkParameter::known(name).is_some();
        let code = matches!(name, "tid" | "vtid")
            && paths().any(|path| path == "trackingCodes" || path.starts_with("trackingCodes["));
        let variable = (given_back || self.form.is_pay_link())
            && paths().any(|path| path.strip_prefix("vendorVariables.") == Some(name));
        let parameter = given_back
            && paths().any(|path| path.strip_prefix("affiliateTrackingParameters.") == Some(&camel_case(name)));
        code || variable || parameter
    }

    /// The parameter that this kind of link gives back to this source.
    fn usual(&self) -> &str {
        match self.asked {
            Some(asked) if !matches!(asked, "tid" | "vtid") => asked,
            _ if self.form.is_hoplink() => "tid",
            Some(asked) if !self.form.is_pay_link() => asked,
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
            (_, "vtid") if self.form.is_hoplink() => {
                "say `account_role = \"affiliate\"` and write `tid={clickid}`".into()
            }
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

fn holds_click_id(value: &str) -> bool {
    ["{clickid}", "{_clickid}"].iter().any(|text| value.contains(text))
}
