//! The little of DER that keychain items are written in: a SET of SEQUENCE { UTF8String name, value } (X.690).

/// One value of an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Der<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    Number(i64),
    /// Unix milliseconds.
    Time(i64),
    Other,
}

/// The named values of an item; `None` where it is anything else. A value that cannot be read is [`Der::Other`].
pub(crate) fn fields(der: &[u8]) -> Option<Vec<(&str, Der<'_>)>> {
    const SET: u8 = 0x31;
    const SEQUENCE: u8 = 0x30;
    let (SET, mut pairs, []) = element(der)? else {
        return None;
    };
    let mut fields = Vec::new();
    while !pairs.is_empty() {
        let (SEQUENCE, pair, rest) = element(pairs)? else {
            return None;
        };
        let (tag, name, value) = element(pair)?;
        let Der::Text(name) = decoded(tag, name) else {
            return None;
        };
        let (tag, value, _) = element(value)?;
        fields.push((name, decoded(tag, value)));
        pairs = rest;
    }
    Some(fields)
}

/// Tag and content of the element at the start, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&length, mut rest) = rest.split_first()?;
    let mut content = usize::from(length);
    if length >= 0x80 {
        let (long, after) = rest.split_at_checked(usize::from(length & 0x7F)).filter(|(long, _)| long.len() <= 4)?;
        content = long.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        rest = after;
    }
    let (content, rest) = rest.split_at_checked(content)?;
    Some((tag, content, rest))
}

fn decoded(tag: u8, content: &[u8]) -> Der<'_> {
    let text = std::str::from_utf8(content).ok();
    let decoded = match tag {
        0x02 => number(content).map(Der::Number),
        0x04 => Some(Der::Bytes(content)),
        0x0C | 0x13 | 0x16 => text.map(Der::Text),
        // Two digits of the year: 50 to 99 are of the last century (X.509).
        0x17 => text.and_then(|text| {
            let century = if text < "50" { "20" } else { "19" };
            time(&format!("{century}{text}")).map(Der::Time)
        }),
        0x18 => text.and_then(time).map(Der::Time),
        _ => None,
    };
    decoded.unwrap_or(Der::Other)
}

fn number(content: &[u8]) -> Option<i64> {
    let negative = *content.first()? >= 0x80;
    let start = if negative { -1 } else { 0 };
    (content.len() <= 8).then(|| content.iter().fold(start, |sum: i64, byte| sum << 8 | i64::from(*byte)))
}

/// `YYYYMMDDHHMMSS`, perhaps with parts of a second, `Z`.
fn time(text: &str) -> Option<i64> {
    let (whole, parts) = text.strip_suffix('Z')?.split_at_checked(14)?;
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = |from: usize, to: usize| whole[from..to].parse::<i64>().ok();
    let [month, day] = [digits(4, 6)?, digits(6, 8)?];
    let [hour, minute, second] = [digits(8, 10)?, digits(10, 12)?, digits(12, 14)?];
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = days(digits(0, 4)?, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    let milliseconds = match parts.strip_prefix('.') {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{digits:0<3}").get(..3)?.parse::<i64>().ok()?
        }
        Some(_) => return None,
        None => 0,
    };
    Some(seconds * 1000 + milliseconds)
}

/// Days from 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the leap day comes last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let in_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + in_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![tag];
        match content.len() {
            length @ 0..0x80 => bytes.push(length as u8),
            length => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        bytes.extend(content);
        bytes
    }

    fn item(pairs: &[(&str, u8, &[u8])]) -> Vec<u8> {
        let pairs =
            pairs.iter().map(|(name, tag, value)| put(0x30, &[put(0x0C, name.as_bytes()), put(*tag, value)].concat()));
        put(0x31, &pairs.collect::<Vec<_>>().concat())
    }

    #[test]
    fn named_values() {
        let long = "x".repeat(300);
        let der = item(&[
            ("acct", 0x0C, "Zoë".as_bytes()),
            ("v_Data", 0x04, &[0, 1]),
            ("long", 0x0C, long.as_bytes()),
            ("tomb", 0x02, &[1]),
            ("less", 0x02, &[0xFF, 0x7F]),
            ("cdat", 0x18, b"20200304050607.25Z"),
            ("utc", 0x17, b"991231235959Z"),
            ("bad", 0x18, b"20201304050607Z"),
            ("none", 0x05, b""),
        ]);
        let expected = [
            ("acct", Der::Text("Zoë")),
            ("v_Data", Der::Bytes(&[0, 1])),
            ("long", Der::Text(&long)),
            ("tomb", Der::Number(1)),
            ("less", Der::Number(-129)),
            ("cdat", Der::Time(1_583_298_367_250)),
            ("utc", Der::Time(946_684_799_000)),
            ("bad", Der::Other),
            ("none", Der::Other),
        ];
        assert_eq!(fields(&der).unwrap(), expected);
        for length in 0..der.len() {
            assert_eq!(fields(&der[..length]), None, "cut at {length}");
        }
        for at in 0..der.len() {
            for value in [0, 0x30, 0x7F, 0x84, 0xFF] {
                let mut changed = der.clone();
                changed[at] = value;
                let _ = fields(&changed);
            }
        }
    }

    #[test]
    fn days_of_the_calendar() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 2, 29), 11_016);
        assert_eq!(days(2000, 3, 1), 11_017);
        assert_eq!(days(1600, 1, 1), -135_140);
    }
}
