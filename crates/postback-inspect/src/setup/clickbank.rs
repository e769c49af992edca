//! ClickBank's notifications, in the order of ClickBank's own pages: secret, URL, version, test,
//! order-form pixel.

use super::{Section, Setup, encoded, role};
use postback::clickbank::Settings;
use postback::network::Meaning;
use postback::tracker::Source;

impl Setup<'_> {
    /// The steps for the notifications of a source.
    pub(super) fn notifications(&self, source: &Source, settings: &Settings) -> Section {
        let mut section = Section::new(format!(
            "Offer source `{}`: ClickBank's Instant Notification Service (INS)",
            source.id()
        ));
        section.step(
            "Ask ClickBank for access, once: Vendor Settings > My Site > Advanced Tools > Edit > Request Access; accept the terms and save.",
        );
        self.event_matching(source, &mut section);
        let step = section.step(
            "Secret key: My Site > Advanced Tools > Edit > Secret Key. Choose one of 12 to 16 digits and capital letters: ClickBank takes no longer one, \
             and a shorter one, which needs `allow_short_secret = true`, can be guessed. The tracker needs the same one.",
        );
        match settings.secrets.as_slice() {
            [] => drop(step.with(
                "",
                "none is configured: add `secrets = [\"env:CLICKBANK_SECRET\"]` to the source",
            )),
            [newest, ..] => drop(step.with("", self.secret(newest))),
        }
        let step = section.step(
            "Instant Notification URL: My Site > Advanced Tools > Edit. Paste it as it is, with nothing behind the token: parameters that are \
             read from the notification are not sent.",
        );
        step.with("", self.ins_url(source));
        section.step(format!(
            "Choose version {} there, press Test, and save once ClickBank says that it is verified.",
            version(settings)
        ));
        self.pixels(source, settings, &mut section);
        section
    }

    /// The conversion type of each notification.
    fn event_matching(&self, source: &Source, section: &mut Section) {
        let step =
            section.step("Check what each notification becomes. What is matched to None is stored and fires nothing.");
        for (word, name) in source.events() {
            step.with(word, name.as_ref().map_or("None", |name| name.as_str()));
        }
        if source.events().is_empty() {
            step.with("", "nothing is matched yet: add `[offer_source.events]`");
        }
        let read: Vec<&str> = source
            .parameters()
            .filter(|(_, text)| *text == "{r}")
            .map(|(name, _)| name)
            .collect();
        if !read.is_empty() {
            section.step(format!(
                "Nothing is to be done for these parameters: {}. They are read from the notification.",
                read.join(", ")
            ));
        }
    }

    fn ins_url(&self, source: &Source) -> String {
        let url = format!("{}/ins/{}", self.source_base(source), source.id());
        match source.tokens() {
            [newest, ..] => format!("{url}?token={}", self.secret_in_url(newest)),
            [] => url,
        }
    }

    /// The pixels for the order form, one for each open type.
    fn pixels(&self, source: &Source, settings: &Settings, section: &mut Section) {
        for name in source.open_types() {
            let step = section.step(format!(
                "Order-form pixel for `{name}`: Vendor Settings > My Site > Integrated Sales Reporting > Add Tracking Code > Tracking Pixel > Add."
            ));
            let kind = source.parameter_name(Meaning::Type).unwrap_or("type");
            let format = source.parameter_name(Meaning::Format).unwrap_or("format");
            let url = format!(
                "{}/postback/{}?{kind}={}&{format}=img",
                self.source_base(source),
                source.id(),
                encoded(name.as_str())
            );
            step.with("Role", role(settings))
                .with("Tracking Pixel URL", url)
                .with("Fires on", "Order Form")
                .with(
                    "AFFILIATE_TRACKING_CODE",
                    source.parameter_name(Meaning::ClickId).unwrap_or("clickid"),
                );
        }
        if source.open_types().is_empty() {
            section.step(
                "No order-form pixel: to count visits of the order form, add a type that counts as step to `open_types` of the source.",
            );
        }
    }
}

/// Returns the version to choose. Guides name 7.0; if the source does not accept it, it is the
/// newest that the source accepts.
fn version(settings: &Settings) -> String {
    let mut taken: Vec<String> = settings.forms.versions.iter().map(ToString::to_string).collect();
    taken.extend(settings.ins_versions.iter().map(ToString::to_string));
    let named = taken.iter().find(|version| *version == "7.0");
    let Some(usual) = named.or_else(|| taken.iter().max()) else {
        return "none (the source takes no version: set `ins_versions`)".into();
    };
    let others: Vec<&str> = taken
        .iter()
        .filter(|version| *version != usual)
        .map(String::as_str)
        .collect();
    match others.as_slice() {
        [] => format!("{usual} (the source takes no other)"),
        others => format!("{usual} (the source also takes {})", others.join(" and ")),
    }
}
