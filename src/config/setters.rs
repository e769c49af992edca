//! Setters that chain, for what is configured in code.

/// Gives a struct a setter for each field: `option` for one that may be left out, `value` for one
/// that always stands, `more` for a list or a map, to which the setter adds.
macro_rules! setters {
    ($name:ident { $($kind:ident $setter:ident($field:ident: $type:ty),)* }) => {
        impl $name {
            $(setters!(@$kind $setter $field $type);)*
        }
    };
    (@option $setter:ident $field:ident $type:ty) => {
        #[doc = concat!("The same with this [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $setter(mut self, $field: impl Into<$type>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (@value $setter:ident $field:ident $type:ty) => {
        #[doc = concat!("The same with this [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $setter(mut self, $field: impl Into<$type>) -> Self {
            self.$field = $field.into();
            self
        }
    };
    (@more $setter:ident $field:ident $type:ty) => {
        #[doc = concat!("The same with these added to its [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $setter(mut self, $field: impl IntoIterator<Item = $type>) -> Self {
            self.$field.extend($field);
            self
        }
    };
}
pub(crate) use setters;
