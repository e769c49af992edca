//! Doubts about the URL of a ClickBank offer: whether the click id comes back, and whether it comes
//! back where the source looks for it.

use crate::clickbank::Settings;
use crate::clickbank::hoplink::{GivenBack, Link, LinkForm, Matter, camel_case, holds_click_id, longest};
use crate::clickbank::ins::Version;
use crate::config::Place;
use crate::event::Interface;
use crate::model::AccountRole;
use crate::network::{Meaning, SourceView};
use crate::text::shown;
use crate::value::FieldPath;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

pub(super) fn lint(place: &Place<'_>, url: &str, source: &SourceView<'_>, settings: &Settings) {
    // What compiled is a URL. A URL with too many parameters for a link is not checked.
    let Ok(link) = Link::parse(url) else {
        return;
    };
    // Whether postbacks are the interface that the source relies on.
    let by_postback = source.truth == Some(Interface::Postback);
    let way_back = WayBack {
        settings,
        form: link.form(),
        asked: asked(source).filter(|_| by_postback),
        notified: !by_postback || !settings.secrets.is_empty(),
    };
    // Every parameter of that name counts, wherever it stands, even when the name is repeated.
    let filled = |name: &str| {
        link.parameters()
            .any(|(own, value)| own == name && holds_click_id(value))
    };
    for doubt in link.doubts() {
        let is_final = matches!(doubt.0, Matter::OtherSide { .. } | Matter::OneVisit | Matter::AfterHop);
        match &doubt.0 {
            Matter::OtherSide { name, .. } | Matter::Mixed { name, .. } | Matter::Repeated(name) if filled(name) => {}
            Matter::OneVisit | Matter::AfterHop => {}
            // Every network's lint names a second `?`, and the rest of such a link is not as it was
            // meant.
            Matter::SecondMark(_) => return,
            _ => continue,
        }
        place.problem(doubt.to_string());
        if is_final {
            return;
        }
    }
    let names = link.parameters().filter(|(_, value)| holds_click_id(value));
    let names: Vec<&str> = names.map(|(name, _)| name).collect();
    let mut returning = names.iter().filter(|name| way_back.returns(name)).peekable();
    if returning.peek().is_some() {
        if returning.all(|name| way_back.is_anothers(name)) {
            place.problem(ANOTHERS);
        }
        return;
    }
    let known = names.iter().find(|name| longest(name).is_some());
    let said = known.map(|name| way_back.astray(name));
    let said = said.or_else(|| names.iter().find_map(|name| way_back.unknown(&link, name)));
    place.problem(said.unwrap_or_else(|| {
        format!(
            "no click id can come back through this URL; add `{}={{clickid}}`",
            way_back.usual()
        )
    }));
}

/// Notifications have the order form's codes in `trackingCodes`. But ClickBank is said to show the
/// affiliate's code to the affiliate alone.
const ANOTHERS: &str = "`tid` is the affiliate's code, and it is not certain that a seller's notification has it; `vtid={clickid}` on a \
                        pay link comes back to a seller";

/// The objects of a notification that repeat the parameters of a link.
const VARIABLES: &str = "vendorVariables";
const PARAMETERS: &str = "affiliateTrackingParameters";

/// A link of ClickBank's, and the ways in which its parameters come back.
struct WayBack<'a> {
    settings: &'a Settings,
    form: &'a LinkForm,
    /// The macro with which the postback's URL asks for the click id, where the source relies on
    /// postbacks.
    asked: Option<&'a str>,
    /// Whether notifications come too.
    notified: bool,
}

impl WayBack<'_> {
    fn returns(&self, name: &str) -> bool {
        let by_postback = match self.asked {
            Some(asked) => asked == name,
            // The pasted text is more than one macro, and its effect on the link is not known.
            None => !self.notified && longest(name).is_some(),
        };
        by_postback || (self.notified && self.is_looked_for(name))
    }

    /// Whether the source looks for this parameter at a place where its notifications have it.
    fn is_looked_for(&self, name: &str) -> bool {
        let back = GivenBack::of(self.form, name);
        let code = back.code && self.looks(|path| path.starts_with("trackingCodes"));
        let variable = back.variable && self.looks_among(VARIABLES, name);
        // By ClickBank's own text, only since version 8.0 and only for affiliates.
        let told = self.settings.ins_versions.contains(&Version::V8)
            && self.settings.account_role != Some(AccountRole::Vendor);
        let parameter = told && back.parameter && self.looks_among(PARAMETERS, &camel_case(name));
        code || variable || parameter
    }

    fn looks(&self, is: impl Fn(&str) -> bool) -> bool {
        self.settings.click_id_from.iter().any(|path| is(path.as_str()))
    }

    fn looks_among(&self, object: &str, name: &str) -> bool {
        self.looks(|path| path.split_once('.') == Some((object, name)))
    }

    /// Whether the click id would come back only if a seller's notification had the affiliate's
    /// code.
    fn is_anothers(&self, name: &str) -> bool {
        name == "tid" && self.asked != Some(name) && self.settings.account_role == Some(AccountRole::Vendor)
    }

    /// The parameter that usually comes back to this source from this kind of link.
    fn usual(&self) -> &str {
        match self.asked {
            Some(asked) if !matches!(asked, "tid" | "vtid") => asked,
            _ if self.form.is_hoplink() => "tid",
            Some(asked) if !self.form.is_pay_link() => asked,
            None if self.form.is_direct() => "tid",
            _ => "vtid",
        }
    }

    /// The problem of a click id in a parameter that ClickBank does not know.
    fn unknown(&self, link: &Link, name: &str) -> Option<String> {
        let usual = self.usual();
        if self.form.is_pay_link() {
            let path = format!("{VARIABLES}.{name}");
            let can_be_named = path.parse::<FieldPath>().is_ok_and(|path| path.steps().len() == 2);
            return (self.notified && can_be_named).then(|| {
                format!(
                    "the click id is in `{}`, a variable of your own, which notifications repeat, and no path of `click_id_from` looks there; \
                     write `click_id_from = [\"{}\"]` in the source, or `{usual}={{clickid}}` here",
                    name.escape_debug(),
                    path.escape_debug()
                )
            });
        }
        let is_of_clickbank = self.form.is_hoplink() || self.form.is_direct();
        let instead = link.meant(name).filter(|near| self.returns(near)).unwrap_or(usual);
        is_of_clickbank.then(|| {
            let lost = Matter::NotGivenBack {
                name: shown(name),
                instead: instead.into(),
            };
            lost.to_string()
        })
    }

    /// The problem of a click id that comes back where the source does not look for it.
    fn astray(&self, name: &str) -> String {
        let Some(asked) = self.asked else {
            let looks = self.looks_among(VARIABLES, name) || self.looks_among(PARAMETERS, &camel_case(name));
            let why = match looks {
                true => format!(
                    "which notifications have only since version 8.0 and only for affiliates; write `{}={{clickid}}`",
                    self.usual()
                ),
                false => "and no path of `click_id_from` looks there".into(),
            };
            return format!("the click id is in `{name}`, {why}");
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

/// The name of the macro that is pasted for the click id; none where the text is not exactly one
/// macro.
fn asked<'a>(source: &SourceView<'a>) -> Option<&'a str> {
    let mut pairs = source.pasted_pairs().into_iter();
    let (_, filled) = pairs.find(|(name, _)| source.names.meaning(name) == Some(Meaning::ClickId))?;
    let name = filled.strip_prefix('{')?.strip_suffix('}')?;
    (!name.contains(['{', '}'])).then_some(name)
}
