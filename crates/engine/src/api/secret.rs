//! A password on its way through the door.

use serde::{Deserialize, Deserializer};
use ts_rs::TS;
use zeroize::Zeroizing;

/// A password as typed. Wiped from memory when dropped; never printed, never sent back.
#[derive(Clone, TS)]
#[ts(type = "string")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: &str) -> Secret {
        Secret(Zeroizing::new(text.to_string()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Secret) -> bool {
        self.as_str() == other.as_str()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret(…)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    /// Takes the string over where it lies, so that no second copy stays behind.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        let text = String::deserialize(from);
        // The words of the error would show what was there instead of a text.
        text.map(|text| Secret(Zeroizing::new(text))).map_err(|_| serde::de::Error::custom("a password is a text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret: Secret = serde_json::from_value(serde_json::json!("hunter2")).unwrap();
        assert_eq!((secret.as_str(), format!("{secret:?}").as_str()), ("hunter2", "Secret(…)"));
        let wrong = serde_json::from_value::<Secret>(serde_json::json!(73512)).unwrap_err();
        assert!(!wrong.to_string().contains("73512"), "{wrong}");
    }
}
