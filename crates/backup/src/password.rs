use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The password of an encrypted backup. Wiped from memory when dropped, never shown by `Debug`.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    pub fn new(password: &str) -> Password {
        Password::from(password.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The byte forms to try: as typed, then composed, then decomposed, each once. Which one the device used for letters
    /// with accents is not known: keyboards and systems differ (`formats.md` 1.5).
    pub(crate) fn forms(&self) -> Vec<Zeroizing<String>> {
        let mut forms = vec![self.0.clone()];
        for composed in [true, false] {
            // Neither form takes more than three times the bytes: a text that grows would leave pieces of itself behind.
            let mut form = Zeroizing::new(String::with_capacity(self.0.len() * 3));
            match composed {
                true => form.extend(self.0.nfc()),
                false => form.extend(self.0.nfd()),
            }
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        forms
    }
}

impl From<String> for Password {
    /// As typed: blanks and case count, nothing is trimmed.
    fn from(password: String) -> Password {
        Password(Zeroizing::new(password))
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_tried_once() {
        let forms = |text: &str| -> Vec<String> {
            Password::new(text).forms().into_iter().map(|form| form.as_str().to_owned()).collect()
        };
        assert_eq!(forms(" plain "), [" plain "]);
        assert_eq!(forms("\u{fc}"), ["\u{fc}", "u\u{308}"]);
        assert_eq!(forms("u\u{308}"), ["u\u{308}", "\u{fc}"]);
        assert_eq!(forms("\u{fc}u\u{308}"), ["\u{fc}u\u{308}", "\u{fc}\u{fc}", "u\u{308}u\u{308}"]);
    }

    #[test]
    fn it_is_never_shown() {
        assert_eq!(format!("{:?}", Password::new("secret")), "Password(…)");
    }
}
