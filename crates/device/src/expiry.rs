//! When a certificate ends: the one thing read of it that the TLS library does not tell (RFC 5280, 4.1).

use rustls_pki_types::CertificateDer;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xA0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The last second, in Unix time, at which a certificate is valid. `None` where it cannot be read.
pub(crate) fn ends(certificate: &CertificateDer<'_>) -> Option<u64> {
    let mut outer = Der(certificate);
    let mut certificate = Der(outer.expect(SEQUENCE)?);
    let mut fields = Der(certificate.expect(SEQUENCE)?);
    if fields.0.first() == Some(&VERSION) {
        fields.next()?;
    }
    // Serial number, signature algorithm, issuer.
    for _ in 0..3 {
        fields.next()?;
    }
    let mut validity = Der(fields.expect(SEQUENCE)?);
    validity.next()?;
    match validity.next()? {
        (UTC_TIME, text) => {
            let (year, rest) = two(text)?;
            seconds(if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        (GENERALIZED_TIME, text) => {
            let (century, text) = two(text)?;
            let (year, rest) = two(text)?;
            seconds(century * 100 + year, rest)
        }
        _ => None,
    }
}

/// What is left of a DER encoding.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next element's tag and content.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], mut rest) = self.0.split_first_chunk::<2>()?;
        let mut length = usize::from(first);
        if first >= 0x80 {
            let count = usize::from(first & 0x7F);
            // Certificates are far below 16 MiB.
            if !(1..=3).contains(&count) {
                return None;
            }
            let (bytes, after) = rest.split_at_checked(count)?;
            length = bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            rest = after;
        }
        let (content, after) = rest.split_at_checked(length)?;
        self.0 = after;
        Some((tag, content))
    }

    fn expect(&mut self, wanted: u8) -> Option<&'a [u8]> {
        self.next().filter(|(tag, _)| *tag == wanted).map(|(_, content)| content)
    }
}

fn two(text: &[u8]) -> Option<(u64, &[u8])> {
    match text.split_first_chunk::<2>()? {
        (&[tens @ b'0'..=b'9', ones @ b'0'..=b'9'], rest) => {
            Some((u64::from(tens - b'0') * 10 + u64::from(ones - b'0'), rest))
        }
        _ => None,
    }
}

/// `MMDDHHMMSSZ`, the only form certificates may use. A time before 1970 is 1970.
fn seconds(year: u64, text: &[u8]) -> Option<u64> {
    let (month, text) = two(text)?;
    let (day, text) = two(text)?;
    let (hour, text) = two(text)?;
    let (minute, text) = two(text)?;
    let (second, text) = two(text)?;
    if text != b"Z" || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let days = days_before(year)? + DAYS_BEFORE_MONTH[month as usize - 1] + day - 1;
    let leap_day = u64::from(month > 2 && is_leap(year));
    Some((days + leap_day) * 86_400 + hour * 3600 + minute * 60 + second)
}

const DAYS_BEFORE_MONTH: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Days from 1970 to the first of January.
fn days_before(year: u64) -> Option<u64> {
    let before = year.checked_sub(1)?;
    (before * 365 + before / 4 - before / 100 + before / 400).checked_sub(719_162).or(Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(end: (i32, u8, u8)) -> CertificateDer<'static> {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.not_after = rcgen::date_time_ymd(end.0, end.1, end.2);
        params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().der().clone()
    }

    #[test]
    fn the_end_is_read_in_both_spellings() {
        // `date -u -d 2024-02-29 +%s` and so on; from 2050 on the year has four digits.
        for (end, expected) in [
            ((2024, 2, 29), 1_709_164_800),
            ((2023, 3, 1), 1_677_628_800),
            ((2000, 12, 31), 978_220_800),
            ((2049, 12, 31), 2_524_521_600),
            ((2050, 1, 1), 2_524_608_000),
            ((4096, 1, 1), 67_090_118_400),
            ((1970, 1, 1), 0),
        ] {
            assert_eq!(ends(&ending(end)), Some(expected), "{end:?}");
        }
    }

    #[test]
    fn damaged_certificates_have_no_end() {
        let whole = ending((2030, 1, 1));
        for length in 0..whole.len().min(80) {
            assert_eq!(ends(&CertificateDer::from(whole[..length].to_vec())), None, "{length}");
        }
        assert_eq!(ends(&CertificateDer::from(vec![0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF])), None);
    }
}
