//! What a number, an address or a date is called: `home`, `work`, or the person's own word.

/// A label as the address book stores it: `_$!<Home>!$_` for Apple's own, anything else as typed, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Label(pub String);

impl Label {
    /// The name inside `_$!<…>!$_`; `None` for the person's own label and for none.
    pub fn standard(&self) -> Option<&str> {
        self.0.strip_prefix("_$!<")?.strip_suffix(">!$_").filter(|name| !name.is_empty())
    }

    /// For people, in English; `other` where there is no label.
    pub fn title(&self) -> String {
        match self.standard() {
            Some(standard) => words(standard),
            None if self.0.trim().is_empty() => "Other".to_owned(),
            None => self.0.clone(),
        }
    }

    /// Whether this is one of Apple's labels, given by its name or, as some sources write it, plainly.
    pub fn is(&self, name: &str) -> bool {
        self.standard().unwrap_or(&self.0).eq_ignore_ascii_case(name)
    }
}

/// `HomeFAX` as `Home fax`, `MothersBrother` as `Mothers brother`; brand names stay.
fn words(name: &str) -> String {
    match name {
        "iPhone" | "iCloud" => return name.to_owned(),
        "AppleWatch" => return "Apple Watch".to_owned(),
        _ => {}
    }
    let mut text = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            text.push(' ');
        }
        if text.is_empty() {
            text.extend(c.to_uppercase());
        } else {
            text.extend(c.to_lowercase());
        }
        before = c;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_read_like_words() {
        let cases = [
            ("_$!<Home>!$_", "Home"),
            ("_$!<HomeFAX>!$_", "Home fax"),
            ("_$!<HomePage>!$_", "Home page"),
            ("_$!<MothersBrother>!$_", "Mothers brother"),
            ("_$!<AppleWatch>!$_", "Apple Watch"),
            ("iPhone", "iPhone"),
            ("the boat", "the boat"),
            ("", "Other"),
            ("_$!<", "_$!<"),
            ("_$!<>!$_", "_$!<>!$_"),
        ];
        for (stored, shown) in cases {
            assert_eq!(Label(stored.to_owned()).title(), shown);
        }
        assert!(Label("_$!<Work>!$_".into()).is("work") && Label("work".into()).is("Work"));
    }
}
