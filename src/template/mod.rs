//! This module has templates of URLs and bodies: text with macros, compiled once and rendered for
//! each conversion or click. Begin with [`UrlTemplate`]. (Layer 2.)
//!
//! - `{ref_id}` is the value of a [`Field`](crate::scope::Field), encoded for where it stands;
//!   empty where nothing is known.
//! - `{_sub1}` is the same in a URL's raw form: not encoded, so only bytes that change nothing
//!   there are taken.
//! - `{status:approved=1 pending=0 *=2}` is a map: the text behind the first key that equals the
//!   value, `*` for every other one.
//! - `{secret:META_TOKEN}` is a secret by its reference `env:META_TOKEN`; `{secret:file:PATH}` and
//!   `{secret:host:NAME}` are taken as they are.
//! - `{ip}`, `{useragent}` are personal values, filled in when the request is sent.
//!
//! Raw form and map are Keitaro's
//! (<https://docs.keitaro.io/en/campaigns-and-streams/s2s-postback-placeholders.html>). In a map a
//! space, a brace, `=` or `*` of a key or a value is percent-encoded; without `*=` an empty value
//! stays empty.
//!
//! A value never changes the structure around it: it is encoded by its position, in one pass, and
//! braces inside it mean nothing. What cannot be rendered so is a [`RenderError`], never a guess.
//! Parsing reports every problem at once, and what a person has yet to fill in (a blank `&goal=`,
//! `REPLACE`, `OPTIONAL`, a network's `[CLICK_ID]`) is a problem too: it would be sent as it
//! stands.
//!
//! ```
//! use postback::scope::{Field, Value};
//! use postback::template::UrlTemplate;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let template = UrlTemplate::parse("https://us.ahows.co/log?action=conversion&key={ref_id}&price={payout}")?;
//!     let url = template.render_with(|field| match field {
//!         Field::RefId => Value::Text("a&b {payout}".into()),
//!         Field::Payout => Value::Text("8".into()),
//!         _ => Value::Empty,
//!     })?;
//!     assert_eq!(
//!         url,
//!         postback::outbound::HoledText::plain("https://us.ahows.co/log?action=conversion&key=a%26b%20%7Bpayout%7D&price=8"),
//!     );
//!     assert_eq!(
//!         UrlTemplate::parse("https://a.example/?cid={clikid}&goal=").unwrap_err().to_string(),
//!         "unknown macro `{clikid}` at byte 23, did you mean `{clickid}`?; \
//!          parameter `goal` has no value: write one, or give `goal` in `values`",
//!     );
//!     Ok(())
//! }
//! ```

/// The methods that templates of URLs and of bodies share.
macro_rules! reads {
    ($template:ident) => {
        impl $template {
            /// The template as it was written, with its blanks filled.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.source
            }

            /// The fields that the template reads, in order, including repeated ones.
            pub fn fields(&self) -> impl Iterator<Item = &Field> {
                self.program.fields()
            }

            /// The references of the secrets that the template names, in order, including repeated
            /// ones.
            pub fn secrets(&self) -> impl Iterator<Item = &SecretReference> {
                self.program.secrets()
            }

            /// Renders the template with values from a function.
            ///
            /// # Errors
            /// As [`render`](Self::render).
            pub fn render_with<'v>(&self, value: impl Fn(&Field) -> Value<'v>) -> Result<HoledText, RenderError> {
                let mut out = HoledText::default();
                self.program.render(value, &mut out)?;
                Ok(out)
            }
        }
    };
}

mod body;
mod encode;
mod error;
mod foreign;
mod grammar;
mod limits;
mod program;
mod structure;
mod url;

pub use self::url::{Placeholder, UrlTemplate, placeholders};
pub use body::{BodyTemplate, ContentType};
pub use error::{RenderError, TemplateError, TemplateProblem};
pub(crate) use foreign::is_placeholder;
#[cfg(feature = "reference")]
pub(crate) use grammar::is_of_conversion;
pub use limits::{MAX_MACROS, MAX_RENDERED, MAX_TEMPLATE};
