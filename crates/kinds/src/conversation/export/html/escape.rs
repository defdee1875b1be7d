//! From a phone's texts to HTML that shows them and does nothing else.

/// A text between tags or in a quoted attribute. What no page may hold (control characters) is shown as U+FFFD.
pub fn push_text(text: &str, html: &mut String) {
    html.reserve(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' | '\t' => html.push(c),
            // Not characters of HTML: control characters and U+FFFE, U+FFFF of every plane.
            c if c.is_control() || (c as u32) & 0xfffe == 0xfffe => html.push('\u{fffd}'),
            c => html.push(c),
        }
    }
}

/// Names in a row, each in its own direction of writing.
pub fn push_names(names: &[String], html: &mut String) {
    for (place, name) in names.iter().enumerate() {
        html.push_str(if place == 0 { "<bdi>" } else { ", <bdi>" });
        push_text(name, html);
        html.push_str("</bdi>");
    }
}

/// A relative path as an address: safe in a quoted attribute, and always inside the folder.
pub fn url(path: &str) -> String {
    let mut url = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => url.push(char::from(byte)),
            byte => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

/// Whether an address may be a link: it is only ever followed when the person clicks it.
pub fn is_link(address: &str) -> bool {
    let scheme = address.split(':').next().unwrap_or_default().to_ascii_lowercase();
    address.contains(':') && matches!(scheme.as_str(), "http" | "https" | "mailto" | "tel")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        let mut html = String::new();
        push_text("<b onclick='x(\"y\")'>&amp;\u{0}\u{1b}\u{ffff}\u{202e}\n\tend", &mut html);
        let expected = "&lt;b onclick=&#39;x(&quot;y&quot;)&#39;&gt;&amp;amp;\u{fffd}\u{fffd}\u{fffd}\u{202e}\n\tend";
        assert_eq!(html, expected);
    }

    #[test]
    fn addresses_stay_in_the_folder() {
        assert_eq!(url("Attachments/Ada & Ben/50% #1?.jpg"), "Attachments/Ada%20%26%20Ben/50%25%20%231%3F.jpg");
        assert_eq!(url("javascript:alert(1)"), "javascript%3Aalert%281%29");
        assert_eq!(url("é\"'"), "%C3%A9%22%27");
    }

    #[test]
    fn only_harmless_schemes_are_links() {
        for good in ["https://a.example", "HTTP://a.example", "mailto:a@b.example", "tel:+1555"] {
            assert!(is_link(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            " javascript:x",
            "data:text/html,x",
            "file:///etc/passwd",
            "https",
            "",
            "//a.example",
        ] {
            assert!(!is_link(bad), "{bad}");
        }
    }
}
