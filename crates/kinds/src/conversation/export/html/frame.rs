//! What is around the messages of a page.

use super::escape::push_text;

const STYLE: &str = include_str!("style.css");

/// Only what lies in the folder may be loaded, and nothing may run.
const POLICY: &str = "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'";

pub fn begin(title: &str, html: &mut String) {
    html.push_str("<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n");
    html.push_str(&format!("<meta http-equiv=Content-Security-Policy content=\"{POLICY}\">\n"));
    html.push_str("<meta name=referrer content=no-referrer>\n");
    html.push_str("<meta name=viewport content=\"width=device-width, initial-scale=1\">\n<title>");
    push_text(title, html);
    html.push_str("</title>\n<style>\n");
    html.push_str(STYLE);
    html.push_str("</style>\n</head>\n<body>\n");
}

pub fn end(html: &mut String) {
    html.push_str("</body>\n</html>\n");
}

/// The line above the first message of a day.
pub fn day(day: &str, html: &mut String) {
    html.push_str("<h2>");
    push_text(day, html);
    html.push_str("</h2>\n");
}
