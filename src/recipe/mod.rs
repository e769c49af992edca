//! This module has recipes: the description of a conversion API as data, for a platform that has no
//! code of its own here. Begin with [`Recipe`]. (Layer 1.)
//!
//! A recipe says where requests go, which member of an event is filled with what and in which form,
//! what must be known, and what the platform's answers mean. It has no loops and no conditions of
//! its own: a member without a value vanishes, and [`Recipe::one_of`] says what must not vanish.
//!
//! Recipes for Snapchat, Reddit and Pinterest are shipped ([`shipped`]); a document has others as
//! rows of `[[recipe]]`. The guide "Recipes" explains how to write one.
//!
//! ```
//! use postback::recipe::shipped;
//!
//! let recipe = shipped("snapchat").expect("a recipe");
//! assert_eq!(recipe.items.as_deref(), Some("data"));
//! assert_eq!(recipe.sale.as_deref(), Some("PURCHASE"));
//! assert!(shipped("snapchap").is_none());
//! ```

mod answers;
mod branch;
mod check_answers;
mod checked;
mod names;
mod row;
mod shipped;
mod text;
mod word;

pub use answers::{AnswerRows, Answers, Success};
pub(crate) use branch::{Branch, Inside};
pub(crate) use checked::{Checked, Part};
pub use row::{MAX_RECIPES, Member, Recipe};
pub use shipped::{SHIPPED, shipped};
pub(crate) use text::{Piece, Text};
pub use word::{AnswerClass, MemberSource, WrittenAs};
