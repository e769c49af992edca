//! What every ad platform is told alike: a conversion with everything around it, the person in the
//! form that the platform takes, and why an event or a member of it is not told. `conversion_api`
//! passes the public names on. (Layer 3.)

mod ad_platform;
mod forms;
mod frame;
mod moment;
mod person;
mod subject;
mod told;
mod told_member;
mod unsent;

pub use ad_platform::AdPlatform;
pub(crate) use forms::Forms;
pub(crate) use frame::{frame, header, token};
pub(crate) use moment::Moment;
pub(crate) use person::{FIELDS, Shares};
pub(crate) use subject::{Subject, listed, says_yes};
pub(crate) use told::Told;
pub use told_member::{MemberForm, NotTold, ToldMember};
pub use unsent::Unsent;
