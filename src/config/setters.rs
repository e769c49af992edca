//! Setters that can be chained, for what is configured in code.

/// Gives a struct a setter for each field: `option` for a field that may be left out, `value` for
/// one that always has a value, `more` for a list or a map, to which the setter adds.
macro_rules! setters {
    ($name:ident { $($kind:ident $setter:ident($field:ident: $type:ty),)* }) => {
        impl $name {
            $(setters!(@$kind $setter $field $type);)*
        }
    };
    (@option $setter:ident $field:ident $type:ty) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $setter(mut self, $field: impl Into<$type>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (@value $setter:ident $field:ident $type:ty) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $setter(mut self, $field: impl Into<$type>) -> Self {
            self.$field = $field.into();
            self
        }
    };
    (@more $setter:ident $field:ident $type:ty) => {
        #[doc = concat!("Adds these to [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $setter(mut self, $field: impl IntoIterator<Item = $type>) -> Self {
            self.$field.extend($field);
            self
        }
    };
}
pub(crate) use setters;
