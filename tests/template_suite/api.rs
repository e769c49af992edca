//! What a host sees of templates besides their text: limits, what they read, blanks, reuse of the
//! buffer, a real click.

use postback::model::ParameterRole;
use postback::outbound::{HoledText, Part};
use postback::scope::{ClickSlot, Field, Scope, ToldPayout, Value};
use postback::template::{
    BodyTemplate, ContentType, MAX_MACROS, MAX_RENDERED, MAX_TEMPLATE, RenderError, UrlTemplate, placeholders,
};
use postback::value::{CampaignId, ChannelId, ClickId, Currency, OfferId, OfferSourceId};
use postback::{Click, Money, Timestamp};
use std::collections::BTreeMap;

const TEXT: fn(&Field) -> Value<'static> = |_| Value::Text("x".into());

fn click() -> Click {
    Click::new(
        ClickId::new("abcdefghijklmnopqrstuvwxyz").unwrap(),
        Timestamp::from_unix_seconds(1_700_000_000).unwrap(),
        CampaignId::new("summer-push").unwrap(),
        OfferId::new("mitolyn").unwrap(),
        OfferSourceId::new("clickbank").unwrap(),
        ChannelId::new("richpush").unwrap(),
    )
}

#[test]
fn a_postback_is_rendered_from_a_scope() {
    let mut click = click();
    click.ref_id = Some("ABC".into());
    click.subs.insert(1, "111".into());
    let roles = BTreeMap::from([(ParameterRole::RtCampaignId, ClickSlot::Sub(1))]);
    let mut scope = Scope::of_click(&click);
    scope.roles = Some(&roles);
    scope.payout = Some(ToldPayout::Known(Money {
        amount: "8.00".parse().unwrap(),
        currency: Currency::USD,
    }));
    let template = UrlTemplate::parse(
        "https://us.ahows.co/log?action=conversion&key={ref_id}&price={offer_payout}&c={rt_campaignid}&t={clicktime}",
    );
    assert_eq!(
        template.unwrap().render(&scope),
        Ok(HoledText::plain(
            "https://us.ahows.co/log?action=conversion&key=ABC&price=8&c=111&t=1700000000"
        ))
    );
    scope.payout = Some(ToldPayout::NoRate);
    let body = BodyTemplate::parse(r#"{"value":{payout}}"#, "application/json").unwrap();
    assert_eq!(
        body.render(&scope),
        Err(RenderError::NoRate {
            name: "{payout}".into()
        })
    );
    scope.payout = Some(ToldPayout::NoAmount("USD".parse().unwrap()));
    assert_eq!(
        body.render(&scope),
        Err(RenderError::NoAmount {
            name: "{payout}".into()
        })
    );
}

#[test]
fn an_offer_url_is_rendered_from_a_click() {
    let click = click();
    let template = UrlTemplate::parse_offer("https://myvendor.pay.clickbank.net/?cbitems=1&vtid={clickid}").unwrap();
    let url = "https://myvendor.pay.clickbank.net/?cbitems=1&vtid=abcdefghijklmnopqrstuvwxyz";
    assert_eq!(template.render(&Scope::of_click(&click)), Ok(HoledText::plain(url)));
}

#[test]
fn a_template_says_what_it_reads() {
    let template =
        UrlTemplate::parse("https://a.example/{sub1}?a={_clickid}&b={status:*=1}&c={secret:T}&d={ip}&e={clickid}")
            .unwrap();
    let fields: Vec<_> = template.fields().cloned().collect();
    let names = ["sub1", "clickid", "status", "ip", "clickid"];
    assert_eq!(fields, names.map(|name| Field::from_name(name).unwrap()));
    assert_eq!(
        template.secrets().map(ToString::to_string).collect::<Vec<_>>(),
        ["env:T"]
    );
    assert_eq!(template.origin(), "https://a.example");
    let body = BodyTemplate::parse(
        r#"{"a":"{secret:file:/x}{clickid}"}"#,
        "Application/JSON;charset=\"utf-8\"",
    )
    .unwrap();
    assert_eq!(body.secrets().map(ToString::to_string).collect::<Vec<_>>(), ["file:/x"]);
    assert_eq!(body.fields().collect::<Vec<_>>(), [&Field::ClickId]);
    assert_eq!(body.content_type(), ContentType::Json);
}

#[test]
fn a_template_prints_as_it_was_written_with_the_names_of_its_secrets() {
    let url = "https://a.example/log?key={ref_id}&t={secret:TOKEN}";
    let template = UrlTemplate::parse(url).unwrap();
    assert_eq!(template.to_string(), url);
    assert_eq!(format!("{template:?}"), format!("UrlTemplate({url})"));
    let body = r#"{"key":"{ref_id}","t":"{secret:TOKEN}"}"#;
    let template = BodyTemplate::parse(body, "application/json").unwrap();
    assert_eq!(
        format!("{template:?}"),
        format!("BodyTemplate(application/json, {body})")
    );
}

#[test]
fn blanks_are_listed_by_the_names_that_fill_them() {
    let blanks = placeholders("https://www.pbterra.com/name/REPLACE/at?a=&b={clikid}&c=OPTIONAL_X&d=1");
    let blanks: Vec<_> = blanks
        .iter()
        .map(|blank| (blank.name.as_str(), blank.word.as_str()))
        .collect();
    assert_eq!(blanks, [("name", "REPLACE"), ("a", ""), ("c", "OPTIONAL_X")]);
}

#[test]
fn rendering_into_a_text_replaces_it_and_keeps_its_buffer() {
    let template = UrlTemplate::parse("https://a.example/?x={sub1}").unwrap();
    let mut out = HoledText::plain("y".repeat(1000));
    let buffer = |out: &HoledText| match out.0.as_slice() {
        [Part::Text(text)] => (text.as_ptr(), text.capacity()),
        parts => panic!("{parts:?}"),
    };
    let before = buffer(&out);
    template.render_into(TEXT, &mut out).unwrap();
    assert_eq!(out, HoledText::plain("https://a.example/?x=x"));
    assert_eq!(buffer(&out), before);
}

#[test]
fn after_an_error_nothing_is_left_in_the_text() {
    let template = UrlTemplate::parse("https://a.example/?x={secret:T}&y={payout}").unwrap();
    let mut out = HoledText::plain("before");
    assert!(template.render_into(|_| Value::NoRate, &mut out).is_err());
    assert_eq!(out, HoledText::default());
}

#[test]
fn a_template_has_at_most_8_kib() {
    let of_length = |length: usize| {
        let mut text = String::from("https://a.example/?x=");
        text.push_str(&"a".repeat(length - text.len()));
        UrlTemplate::parse(&text)
    };
    assert!(of_length(MAX_TEMPLATE - 1).is_ok());
    assert!(of_length(MAX_TEMPLATE).is_ok());
    let error = of_length(MAX_TEMPLATE + 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the template is 8193 bytes long, at most 8192 are allowed"
    );
    let body = BodyTemplate::parse(&"a".repeat(MAX_TEMPLATE + 1), "text/plain").unwrap_err();
    assert_eq!(
        body.to_string(),
        "the template is 8193 bytes long, at most 8192 are allowed"
    );
}

#[test]
fn a_template_has_at_most_128_macros() {
    let with = |macros: usize| UrlTemplate::parse(&format!("https://a.example/?x={}", "{sub1}".repeat(macros)));
    assert!(with(MAX_MACROS - 1).is_ok());
    assert!(with(MAX_MACROS).is_ok());
    let error = with(MAX_MACROS + 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the template holds 129 macros, at most 128 are allowed"
    );
}

#[test]
fn a_rendered_text_has_at_most_16_kib_before_and_behind_a_hole() {
    for template in [
        "https://a.example/?x={sub1}",
        "https://a.example/?s={secret:T}&x={sub1}&y=1",
    ] {
        let template = UrlTemplate::parse(template).unwrap();
        let length = |text: &HoledText| -> usize {
            let of_part = |part: &Part| if let Part::Text(text) = part { text.len() } else { 0 };
            text.0.iter().map(of_part).sum()
        };
        let around = length(&template.render_with(|_| Value::Empty).unwrap());
        let render = |total: usize| template.render_with(|_| Value::Text("a".repeat(total - around).into()));
        assert_eq!(length(&render(MAX_RENDERED - 1).unwrap()), MAX_RENDERED - 1);
        assert_eq!(length(&render(MAX_RENDERED).unwrap()), MAX_RENDERED);
        assert_eq!(render(MAX_RENDERED + 1), Err(RenderError::TooLong));
    }
    assert_eq!(
        RenderError::TooLong.to_string(),
        "the rendered text is over 16384 bytes long"
    );
}

#[test]
fn a_personal_value_of_the_scope_is_left_open_only_where_it_is_encoded() {
    let private = |_: &Field| Value::Private("email");
    let render = |text: &str| UrlTemplate::parse(text).unwrap().render_with(private);
    assert_eq!(render("https://a.example/?x={sub1}").unwrap().holes().count(), 1);
    let error = render("https://a.example/?x={_sub1}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`{_sub1}` is a personal value, which can only be written encoded"
    );
    assert!(render("https://a.example/?x={type:*=1}").is_err());
    let number = BodyTemplate::parse("[{sub1}]", "application/json").unwrap();
    assert_eq!(
        number.render_with(private),
        Err(RenderError::Private { name: "{sub1}".into() })
    );
}

#[test]
fn errors_can_be_sent_between_threads() {
    fn is_an_error<E: std::error::Error + Send + Sync + 'static>() {}
    is_an_error::<postback::template::TemplateError>();
    is_an_error::<postback::template::TemplateProblem>();
    is_an_error::<RenderError>();
}

#[test]
fn a_long_fault_is_shown_in_part_and_on_one_line() {
    let error = UrlTemplate::parse(&format!("https://a.example/?x={{{}\n}}", "q".repeat(200)))
        .unwrap_err()
        .to_string();
    assert_eq!(error, format!("unknown macro `{{{}..}}` at byte 21", "q".repeat(80)));
    let error = UrlTemplate::parse("https://a.example/?x={a\nb}")
        .unwrap_err()
        .to_string();
    assert_eq!(error, "unknown macro `{a\\nb}` at byte 21");
}
