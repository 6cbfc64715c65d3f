//! Enums with names for a configuration file and a command line.

/// A name without case, `-` and `_`: `ReduceLROnPlateau`, `reduce-lr-on-plateau`
/// and `reduce_lr_on_plateau` are one.
pub(crate) fn fold(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

/// Defines an enum with one name a variant, and `Display`, `FromStr`,
/// `Serialize` and `Deserialize` by that name.
macro_rules! named_enum {
    (
        $(#[$meta:meta])*
        $name:ident is $key:literal {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in a configuration file.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ScheduleError;

            /// Reads a name in any case, with `-`, `_` or nothing between words.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let folded = $crate::names::fold(text);
                let found = Self::ALL.iter().find(|value| $crate::names::fold(value.name()) == folded);
                found.copied().ok_or_else(|| $crate::ScheduleError::UnknownName {
                    key: $key,
                    got: text.to_owned(),
                    allowed: [$($text),+].join(", "),
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use named_enum;
