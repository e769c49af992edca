//! This module makes a person's data ready for the conversion APIs of Meta, Google, TikTok and
//! Microsoft: it brings a value into the form that the platform compares, and hashes it where the
//! platform wants a hash. Begin with [`prepare`]. (Layer 2.)
//!
//! The four platforms compare hashes of the *same* address in *different* forms, so a hash that is
//! right for one finds nobody at another. What cannot be brought into the form is not sent at all:
//! [`LeftOut`] says why, and holds no part of the value. Nothing is guessed: an unknown country or
//! state gives nothing, and a phone number without a country is left out.
//!
//! ```
//! use postback::model::Platform;
//! use postback::user_data::{Country, Field, Form, Home, LeftOut, normal, prepare};
//!
//! fn main() -> Result<(), LeftOut> {
//!     let home = Home { country: Country::named("United States"), default_country: None };
//!     let (phone, email) = ("(650) 555-1212", " John.Smith+ads@Gmail.com ");
//!
//!     // Meta compares digits alone; the others have the plus in front.
//!     let meta = normal(Platform::Meta, Field::Phone, phone, &home)?;
//!     assert_eq!(meta.expose(), "16505551212");
//!     let google = normal(Platform::Google, Field::Phone, phone, &home)?;
//!     assert_eq!(google.expose(), "+16505551212");
//!
//!     // What is sent is the SHA-256 of that.
//!     let sent = prepare(Platform::Meta, Field::Phone, phone, &home)?;
//!     assert_eq!(sent.form, Form::Hashed);
//!     assert_eq!(sent.text.expose(), "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176");
//!     assert_eq!(normal(Platform::Microsoft, Field::Email, email, &home)?.expose(), "johnsmith@gmail.com");
//!     assert_eq!(normal(Platform::TikTok, Field::Email, email, &home)?.expose(), "john.smith+ads@gmail.com");
//!
//!     // Google wants the country in plain text and has no place for the city.
//!     assert_eq!(prepare(Platform::Google, Field::Country, "us", &home)?.form, Form::Plain);
//!     assert_eq!(prepare(Platform::Google, Field::City, "Menlo Park", &home), Err(LeftOut::NotTaken));
//!
//!     // Nobody knows whose number this is.
//!     let nowhere = prepare(Platform::Meta, Field::Phone, phone, &Home::default());
//!     assert_eq!(nowhere.unwrap_err().code(), "phone_without_country");
//!     Ok(())
//! }
//! ```
//!
//! # What a platform takes
//!
//! | field | Meta | Google | TikTok | Microsoft |
//! |---|---|---|---|---|
//! | e-mail, phone | hashed | hashed | hashed | hashed |
//! | first and last name | hashed | hashed | hashed | - |
//! | postal code | hashed | plain | hashed | - |
//! | country | hashed | plain | plain | - |
//! | city, state | hashed | - | plain | - |
//! | gender, date of birth | hashed | - | - | - |
//! | external id | hashed | - | hashed | plain |
//!
//! Microsoft's guide lists the hashed values by name, and `externalId` is not among them; that it
//! wants the plain id is our reading of it (M). Whoever wants it hashed passes [`sha256_hex`] of
//! it, which passes as it is. Google's one region is the country.
//!
//! # Values that came as a hash
//!
//! A hash is passed on in lower case and never hashed again. Each platform takes 64 hex digits
//! (SHA-256). Meta also takes 32 (MD5) and what its parameter builder made, `<hex>.<appendix>` (H);
//! elsewhere those are left out, as is any hash where the platform wants the plain value.
//!
//! # Phones
//!
//! A number that begins with `+` or `00` carries its country; what stands after it is kept, the
//! zero of `+33 (0)1 ..` too. Else the billing country gives the calling code, or the default
//! country does. Of a number written for use inside the country, the trunk prefix goes, as the
//! country's numbering plan has it: `0` in most, none in Italy, `06` in Hungary, `8` in Russia.
//! Within the North American plan a number has ten digits, and one of eleven that begins with 1
//! keeps it. That such a number was written for use inside the country is a guess of ours. Where
//! the country has a trunk prefix and the number begins with the calling code in its place, with
//! eight digits or more behind it, it is taken as one that has its calling code (`33142868326` of
//! a French buyer). In a country without a trunk prefix such a number gets the code twice and
//! finds nobody.
//!
//! # Where the vendor's sources differ
//!
//! Meta's page and its parameter builder differ; here the page holds, and where it says nothing the
//! builder does. So a blank inside a postal code goes, a postal code outside of the United States
//! keeps what stands behind its dash if the country is known, and that of the United Kingdom
//! loses its last part (the unit). A city loses its letters outside of ASCII, as in the builder.
//! The tests' vectors list every case where we differ from a vendor's library, with the reason.

mod country;
mod date;
mod digits;
mod email;
mod field;
mod gender;
mod hash;
mod left_out;
mod phone;
mod place;
mod prepare;
mod state;
mod table;

pub use country::{Country, Home};
pub use field::{Field, Form, form};
pub use hash::sha256_hex;
pub use left_out::LeftOut;
pub use phone::phone_digits;
pub use prepare::{Normal, Prepared, normal, prepare};
