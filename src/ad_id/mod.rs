//! The ids by which ad platforms know a click or a browser: what each of them can be, and Meta's
//! `fbc`, which is made of one. `conversion_api` passes the names on. (Layer 2.)

mod checked;
mod click_id;
mod fbc;

pub use checked::{BadClickId, MAX_PLATFORM_ID};
pub use click_id::click_id;
pub use fbc::{Fbc, Fbp, fbc, fbp};
