//! Definitions made of bytes, so that a failing one is shrunk with them.

use postback::clickbank::{
    AmountField, Settings,
    form::{FormCharset, FormVersion, ZeroDecimal},
    ins::Version,
};
use postback::definition::{
    AmountUnit, Amounts, Answers, Campaign, CampaignConversionApi, ChannelApi, ChannelParameter, ClickIds, Consent,
    ConversionApi, ConversionType, Cost, DecimalMark, Domain, MAX_BATCH, Member, Offer, OfferSource, Path, PathOffer,
    Payout, Postback, PostbackRequest, Protocol, Rate, Recipe, Refused, Reply, Retention, Retry, SourceParameter,
    Success, ThousandsMark, Times, TrafficChannel,
};
use postback::event::Interface;
use postback::model::{
    AccountRole, Counts, Duplicates, Method, ParameterRole, Platform, ReferrerPolicy, Status, TypeCase, Updates,
    UserDatum,
};
use postback::recipe::{self, AnswerClass, AnswerRows, MemberSource, WrittenAs};
use postback::rule::Negative;
use postback::scope::ClickSlot;
use postback::value::SecretReference;
use postback::{Definition, Timestamp};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr;
use std::time::Duration;

pub struct Choices<'a> {
    bytes: &'a [u8],
}

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The next byte; 0 when there is none left, which is the smallest choice everywhere.
    fn next(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }

    fn flag(&mut self) -> bool {
        self.next() % 2 == 1
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::from(self.next()) % of.len()].clone()
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| value(self))
    }

    fn some<T>(&mut self, value: impl Fn(&mut Self) -> T) -> Vec<T> {
        let count = self.next() % 3;
        (0..count).map(|_| value(self)).collect()
    }

    fn map<T>(&mut self, value: impl Fn(&mut Self) -> T) -> BTreeMap<String, T> {
        self.some(|it| (it.text(), value(it))).into_iter().collect()
    }

    fn parsed<T: FromStr<Err: Debug>>(&mut self, of: &[&str]) -> T {
        self.one(of).parse().unwrap()
    }

    fn id<T: FromStr<Err: Debug>>(&mut self) -> T {
        self.parsed(&["a", "b", "main", "A-1_x.y", "0"])
    }

    fn text(&mut self) -> String {
        let of = [
            "",
            "a",
            "SALE",
            "clickid",
            "sub1",
            "é \u{1f600}",
            "a.b[0]\"\\\n",
            "https://a.example/?k={ref_id}",
        ];
        self.one(&of).to_owned()
    }

    fn secret(&mut self) -> SecretReference {
        self.parsed(&["env:A", "file:/run/a b", "host:x"])
    }

    fn amount<T: FromStr<Err: Debug>>(&mut self) -> T {
        self.parsed(&["0", "1", "25.5", "0.000000001", "007.50"])
    }

    fn duration(&mut self) -> Duration {
        Duration::from_secs(1 + u64::from(self.next()) * 5000 + u64::from(self.next()))
    }

    fn role(&mut self) -> ParameterRole {
        ParameterRole::from(self.one(&["event_id", "rt_ad", "fbclid", "x_own", "email", ""]))
    }

    fn status(&mut self) -> Status {
        self.one(Status::ALL)
    }

    fn weight(&mut self) -> u32 {
        self.one(&[0, 1, 100, 1_000_000])
    }

    pub fn definition(&mut self) -> Definition {
        let mut it = Definition::default();
        it.currency = self.maybe(|c| c.parsed(&["USD", "EUR"]));
        it.timezone = self.maybe(Self::text);
        it.revenue_statuses = self.maybe(|c| c.some(Self::status));
        it.click_id = self.maybe(|c| {
            let mut keys = ClickIds::default();
            keys.keys = c.some(Self::secret);
            keys
        });
        it.retention = self.maybe(|c| {
            let mut retention = Retention::default();
            retention.clicks = c.maybe(Self::duration);
            retention.events = c.maybe(Self::duration);
            retention.deliveries = c.maybe(Self::duration);
            retention.private = c.maybe(Self::duration);
            retention.waiting = c.maybe(Self::duration);
            retention
        });
        it.domains = self.some(Self::domain);
        it.conversion_types = self.some(Self::conversion_type);
        it.offer_sources = self.some(Self::source);
        it.offers = self.some(Self::offer);
        it.rates = self.some(|c| {
            let since = i64::from(c.next()) * 1_234_567_891;
            let since = Timestamp::from_unix_millis(since).unwrap();
            Rate::new(c.parsed(&["USD", "EUR"]), c.parsed(&["JPY", "EUR"]), c.amount(), since)
        });
        it.recipes = self.some(Self::recipe);
        it.conversion_apis = self.some(Self::conversion_api);
        it.traffic_channels = self.some(Self::channel);
        it.campaigns = self.some(Self::campaign);
        it
    }

    fn domain(&mut self) -> Domain {
        let mut it = Domain::new(self.id(), self.text());
        it.fallback = self.maybe(Self::text);
        it.referrer_policy = self.maybe(|c| c.one(ReferrerPolicy::ALL));
        it
    }

    fn conversion_type(&mut self) -> ConversionType {
        let mut it = ConversionType::new(self.id());
        it.default = self.flag();
        it.counts = self.maybe(|c| c.one(Counts::ALL));
        it.duplicates = self.maybe(|c| c.one(Duplicates::ALL));
        it
    }

    fn source(&mut self) -> OfferSource {
        let mut it = OfferSource::new(self.id());
        it.title = self.maybe(Self::text);
        it.default = self.flag();
        it.protocol = self
            .maybe(Self::clickbank)
            .map_or(Protocol::Generic, Protocol::ClickBank);
        it.domain = self.maybe(Self::id);
        it.currency = self.maybe(|c| c.parsed(&["USD", "EUR"]));
        it.tokens = self.some(Self::secret);
        it.allow_ips = self.some(|c| c.parsed(&["10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32"]));
        it.default_status = self.maybe(Self::status);
        it.reversal_status = self.maybe(Self::status);
        it.duplicates = self.maybe(|c| c.one(Duplicates::ALL));
        it.type_case = self.maybe(|c| c.one(TypeCase::ALL));
        it.click_expiration = self.maybe(Self::duration);
        it.open_types = self.some(Self::id);
        it.events = self.map(|c| c.maybe(Self::id));
        it.statuses = self.map(Self::status);
        it.amounts = self.maybe(|c| {
            let mut amounts = Amounts::default();
            amounts.decimal = c.maybe(|c| c.one(&[DecimalMark::Point, DecimalMark::Comma]));
            amounts.thousands = c.maybe(|c| c.one(&[ThousandsMark::Space, ThousandsMark::Point]));
            amounts.unit = c.maybe(|c| c.one(&[AmountUnit::Major, AmountUnit::Minor]));
            amounts.symbols = c.some(Self::text);
            amounts
        });
        it.times = self.maybe(|c| {
            let mut times = Times::new(c.parsed(&["unix", "%Y-%m-%d %H:%M"]));
            times.zone = c.maybe(Self::text);
            times
        });
        it.reply = self.maybe(|c| {
            let mut reply = Reply::default();
            reply.applied = c.maybe(|c| c.parsed(&["OK", "{\"a\": \"{outcome}\"}"]));
            reply.duplicate = c.maybe(|c| c.parsed(&["DUP", ""]));
            reply.refused = c.maybe(|c| c.parsed(&["ERR {reason} {parameter}"]));
            reply.content_type = c.maybe(Self::text);
            reply.refused_status = c.maybe(|c| c.one(&[200, 422]));
            reply
        });
        it.currencies = self.map(|c| c.parsed(&["USD", "EUR"]));
        it.parameters = self.some(|c| {
            let mut row = SourceParameter::new(c.text());
            row.macro_text = c.maybe(Self::text);
            row.role = c.maybe(Self::role);
            row.from = c.some(|c| c.parsed(&["receipt", "lineItems[0].productTitle"]));
            row
        });
        it.names = self.map(Self::text);
        it.postback = self.map(Self::text);
        it.truth = self.maybe(|c| c.one(&[Interface::Ins, Interface::Postback]));
        it.refused = self.maybe(|c| {
            let mut refused = Refused::default();
            refused.keep = c.maybe(|c| c.one(&[1, 256, 10_000]));
            refused.mib = c.maybe(|c| c.one(&[1, 16, 1_024]));
            refused.days = c.maybe(|c| c.one(&[1, 30, 365]));
            refused
        });
        it
    }

    fn clickbank(&mut self) -> Settings {
        let mut it = Settings::default();
        it.account_role = self.maybe(|c| c.one(AccountRole::ALL));
        it.secrets = self.some(Self::secret);
        it.allow_short_secret = self.flag();
        if self.flag() {
            it.ins_versions = vec![self.one(&[Version::V6, Version::V8])];
            it.forms.versions = self.some(|c| c.one(&[FormVersion::V1, FormVersion::V5]));
        }
        it.forms.charset = self.one(&[FormCharset::Utf8, FormCharset::Latin1]);
        it.forms.zero_decimal = self.one(&[ZeroDecimal::Minor, ZeroDecimal::Hundredths]);
        it.amount = self.one(&[AmountField::Account, AmountField::Order]);
        if self.flag() {
            it.click_id_from = self.some(|c| c.parsed(&["trackingCodes", "a[0][1].b"]));
        }
        it
    }

    fn offer(&mut self) -> Offer {
        let mut it = Offer::new(self.id(), self.id(), self.text());
        it.title = self.maybe(Self::text);
        it.payout = self.maybe(Self::amount);
        it.currency = self.maybe(|c| c.parsed(&["USD", "EUR"]));
        it.default_status = self.maybe(Self::status);
        it
    }

    fn conversion_api(&mut self) -> ConversionApi {
        let platform = self.one(Platform::ALL);
        let mut it = ConversionApi::new(self.id(), platform, self.secret());
        it.recipe = self.maybe(Self::id);
        it.pixel = self.maybe(Self::text);
        it.account = self.maybe(Self::text);
        it.login_account = self.maybe(Self::text);
        it.endpoint = self.maybe(Self::text);
        it.action_sources = self.map(Self::text);
        it.validate_only = self.flag();
        it.user_data = self.maybe(|c| c.some(|c| c.one(UserDatum::ALL)));
        it.default_country = self.maybe(Self::text);
        it.consent = self.maybe(|c| {
            let mut consent = Consent::default();
            consent.ad_user_data = c.maybe(Self::text);
            consent.ad_personalization = c.maybe(Self::text);
            consent.role = c.maybe(|c| c.one(&[ParameterRole::Email, ParameterRole::Fbc]));
            consent
        });
        it.opt_out = self.flag();
        it.limited_data_use = self.flag();
        it.partner = self.maybe(Self::text);
        it.max_batch = self.maybe(|c| c.one(&[1, MAX_BATCH]));
        it.app_secret = self.maybe(Self::secret);
        it.api_version = self.maybe(Self::text);
        it.action_source = self.maybe(Self::text);
        it.event_source_url = self.maybe(Self::text);
        it.event_id = self.maybe(Self::text);
        it.value = self.maybe(Self::text);
        it.test_event_code = self.maybe(Self::text);
        it.events = self.map(Self::text);
        it
    }

    fn recipe(&mut self) -> Recipe {
        let mut it = Recipe::new(self.id(), self.text());
        it.sources = self.some(Self::text);
        it.validate_url = self.maybe(Self::text);
        it.headers = self.map(Self::text);
        it.limit = self.maybe(|c| c.one(&[1, MAX_BATCH]));
        it.oldest_days = self.maybe(|c| c.one(&[1, 400]));
        it.items = self.maybe(Self::text);
        it.body = self.some(Self::member);
        it.event = self.some(Self::member);
        it.one_of = self.some(Self::text);
        it.names = self.some(Self::text);
        it.sale = self.maybe(Self::text);
        it.custom = self.maybe(Self::text);
        it.action_sources = self.some(Self::text);
        it.answers = self.maybe(|c| {
            let mut answers = Answers::default();
            answers.success = c.maybe(|c| recipe::Success::new(c.text()).with_is(c.some(Self::text)));
            answers.code = c.some(Self::text);
            answers.codes = c.map(Self::answer_class);
            answers.statuses = c.map(Self::answer_class);
            answers.rows = c.maybe(|c| {
                let mut rows = AnswerRows::new(c.text(), c.text());
                rows.is = c.some(Self::text);
                rows.place = c.maybe(Self::text);
                rows.path = c.maybe(Self::text);
                rows
            });
            answers
        });
        it
    }

    fn answer_class(&mut self) -> AnswerClass {
        use AnswerClass::{AlreadyThere, Dead, Hold, Retry, SlowDown};
        self.one(&[Retry, SlowDown, Hold, Dead, AlreadyThere])
    }

    fn member(&mut self) -> Member {
        let sources = [
            MemberSource::Time,
            MemberSource::Person(UserDatum::Email),
            MemberSource::Role(ParameterRole::Epik),
        ];
        let mut it = Member::new(self.text(), self.one(&sources));
        it.text = self.maybe(Self::text);
        it.written = self.maybe(|c| c.one(&[WrittenAs::Text, WrittenAs::Rfc3339, WrittenAs::Hash]));
        it.like = self.maybe(|c| c.one(Platform::ALL));
        it.needed = self.flag();
        it
    }

    fn channel(&mut self) -> TrafficChannel {
        let mut it = TrafficChannel::new(self.id());
        it.title = self.maybe(Self::text);
        it.currency = self.maybe(|c| c.parsed(&["USD", "EUR"]));
        it.api = self.maybe(|c| ChannelApi::new(c.text(), c.secret()));
        it.postback = self.maybe(Self::request);
        it.parameters = self.some(|c| {
            let slots = [
                ClickSlot::RefId,
                ClickSlot::ExternalId,
                ClickSlot::Cost,
                ClickSlot::Sub(20),
            ];
            let mut row = ChannelParameter::new(c.one(&slots), c.text());
            row.macro_text = c.maybe(Self::text);
            row.role = c.maybe(Self::role);
            row.cookie = c.maybe(Self::text);
            row.required = c.maybe(Self::flag);
            row
        });
        it
    }

    fn request(&mut self) -> PostbackRequest {
        let mut it = PostbackRequest::default();
        it.url = self.maybe(Self::text);
        it.method = self.maybe(|c| c.one(Method::ALL));
        it.body = self.maybe(Self::text);
        it.content_type = self.maybe(Self::text);
        it.success = self.maybe(|c| {
            let mut success = Success::default();
            success.status = c.maybe(Self::text);
            success.body_includes = c.maybe(Self::text);
            success.body_excludes = c.maybe(Self::text);
            success
        });
        it.retry = self.maybe(|c| {
            let mut retry = Retry::default();
            retry.attempts = c.maybe(|c| c.one(&[1, 5, 100]));
            retry.first = c.maybe(Self::duration);
            retry.longest = c.maybe(Self::duration);
            retry
        });
        it.sign = self.some(Self::secret);
        it
    }

    fn campaign(&mut self) -> Campaign {
        let mut it = Campaign::new(self.id(), self.id());
        it.title = self.maybe(Self::text);
        it.domain = self.maybe(Self::id);
        it.cost = self.maybe(|c| {
            let amount = c.amount();
            c.one(&[
                Cost::None,
                Cost::Cpc(amount),
                Cost::Cpa(amount),
                Cost::Cpm(amount),
                Cost::PopCpm(amount),
                Cost::RevShare("12.5".parse().unwrap()),
            ])
        });
        it.paths = self.some(|c| {
            let offers = c.some(|c| {
                let mut offer = PathOffer::new(c.id());
                offer.weight = c.maybe(Self::weight);
                offer
            });
            let mut path = Path::new(offers);
            path.weight = c.maybe(Self::weight);
            path
        });
        it.postbacks = self.some(Self::postback);
        it.conversion_apis = self.some(|c| {
            let mut api = CampaignConversionApi::new(c.id(), c.id());
            api.types = c.some(Self::id);
            api.statuses = c.some(Self::status);
            let like = c.postback();
            api.updates = like.updates;
            api.value = c.maybe(Self::text);
            api.payout = like.payout;
            api.min_payout = like.min_payout;
            api.share = like.share;
            api.within = like.within;
            api.matches = like.matches;
            api.require = like.require;
            api.when = like.when;
            api.test = like.test;
            api.retry = like.request.retry;
            api
        });
        it
    }

    fn postback(&mut self) -> Postback {
        let mut it = Postback::new(self.id());
        it.values = self.map(Self::text);
        it.types = self.some(Self::id);
        it.statuses = self.some(Self::status);
        it.updates = self.maybe(|c| c.one(Updates::ALL));
        it.negative = self.maybe(|c| c.one(&[Negative::Skip, Negative::Send]));
        it.payout = self.maybe(|c| {
            let (percent, fixed) = (c.amount(), c.amount());
            c.one(&[Payout::Percent(percent), Payout::Fixed(fixed)])
        });
        it.min_payout = self.maybe(Self::amount);
        it.share = self.maybe(Self::amount);
        it.within = self.maybe(Self::duration);
        it.matches = self.map(Self::text);
        it.require = self.some(Self::text);
        it.when = self.some(|c| {
            let clauses = [
                "payout at least 10.00",
                "country not in US, \"C, A\" ignoring case",
                "clicktime within 1d 12h",
                "\"a name\" equals \"\"",
            ];
            c.one(&clauses).parse().unwrap()
        });
        it.test = self.flag();
        it.request = self.request();
        it
    }
}
