use zeroize::{Zeroize, Zeroizing};

/// A password on its way to a device. Wiped when dropped; neither printed nor logged.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: &str) -> Secret {
        Secret(Zeroizing::new(text.to_string()))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Takes the text over: no copy stays behind.
impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(Zeroizing::new(text))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Zeroes the texts and bytes of a property list that held secrets.
pub(crate) fn wipe(value: &mut plist::Value) {
    use plist::Value;
    match value {
        Value::Data(bytes) => bytes.zeroize(),
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Dictionary(fields) => fields.values_mut().for_each(wipe),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plist::Value;

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::from("hunter2".to_string());
        assert_eq!((format!("{secret:?}"), secret.expose()), ("Secret(…)".to_string(), "hunter2"));
    }

    #[test]
    fn wiping_reaches_nested_texts() {
        let inner = crate::stream::dictionary([("Password", "hunter2".into()), ("Bag", Value::Data(vec![1]))]);
        let mut value = Value::Array(vec!["a".into(), Value::Dictionary(inner)]);
        wipe(&mut value);
        let items = value.as_array().unwrap();
        let fields = items[1].as_dictionary().unwrap();
        assert_eq!((items[0].as_string(), fields["Password"].as_string()), (Some(""), Some("")));
        assert_eq!(fields["Bag"].as_data(), Some(&[][..]));
    }
}
