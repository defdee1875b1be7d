//! Phone numbers in one form, E.164: `+` and all digits from the country's code on.
//!
//! What a number without a country means depends on where the phone is at home; its own number tells. Codes and prefixes are
//! those of ITU-T E.164 and E.123; countries that dial no prefix before a national number are listed, all others dial `0`.

/// Country codes of two digits; `1` and `7` have one, all others three.
const TWO: &str = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 \
    86 90 91 92 93 94 95 98";
/// Countries where the national number is dialled as it is.
const PLAIN: &str = "30 34 39 45 47 48 52 53 56 57 65 220 221 222 223 225 226 227 228 229 230 235 236 237 238 239 240 241 \
    242 244 245 247 248 253 257 258 260 265 266 267 268 269 297 298 299 350 351 352 354 356 357 371 372 376 377 378 379 420 \
    500 501 502 503 504 505 506 507 508 509 592 597 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 \
    689 690 691 692 852 853 965 968 973 974 975";

/// The shortest number that is worth a country: shorter ones are services'.
const SHORTEST: usize = 7;

/// Where a phone is at home.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// The country's code; empty where nothing is known.
    code: String,
}

impl Region {
    /// The region of a number that begins with `+`.
    pub fn of(number: &str) -> Region {
        let digits = digits(number);
        let known = number.trim().starts_with('+') && digits.len() >= SHORTEST;
        let length = match digits.as_bytes() {
            [b'1' | b'7', ..] => 1,
            _ if digits.get(..2).is_some_and(|two| listed(TWO, two)) => 2,
            _ => 3,
        };
        Region { code: if known { digits[..length].to_owned() } else { String::new() } }
    }

    /// What is dialled before a number of another country.
    fn abroad(&self) -> &'static str {
        match self.code.as_str() {
            "1" => "011",
            "7" => "810",
            "61" => "0011",
            "81" => "010",
            _ => "00",
        }
    }

    /// What is dialled before a number of this country.
    fn trunk(&self) -> &'static str {
        match self.code.as_str() {
            "1" => "1",
            "7" => "8",
            "36" => "06",
            code if listed(PLAIN, code) => "",
            _ => "0",
        }
    }

    /// A number in one form, however it is written; `None` for services, and for national numbers where the region is not
    /// known.
    pub fn e164(&self, number: &str) -> Option<String> {
        let number = number.split([';', ',']).next().unwrap_or_default().trim();
        let all = digits(number);
        if all.len() < SHORTEST || number.chars().any(char::is_alphabetic) {
            return None;
        }
        if number.starts_with('+') {
            return Some(format!("+{all}"));
        }
        let abroad = [self.abroad(), "00"].iter().find_map(|prefix| all.strip_prefix(prefix));
        if let Some(rest) = abroad.filter(|rest| rest.len() > SHORTEST) {
            return Some(format!("+{rest}"));
        }
        if self.code.is_empty() {
            return None;
        }
        let trunk = self.trunk();
        let national = all.strip_prefix(trunk).filter(|_| !trunk.is_empty()).unwrap_or(&all);
        Some(format!("+{}{national}", self.code))
    }
}

fn listed(list: &str, code: &str) -> bool {
    list.split_whitespace().any(|known| known == code)
}

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_dialled() {
        for (home, written, expected) in [
            ("+4917139200", "0171 555 01 00", Some("+491715550100")),
            ("+4917139200", "0049-171-5550100", Some("+491715550100")),
            ("+4917139200", "+1 (212) 555-0100", Some("+12125550100")),
            ("+12125550100", "(555) 010-0142", Some("+15550100142")),
            ("+12125550100", "1 555 010 0142", Some("+15550100142")),
            ("+12125550100", "011 49 171 5550100", Some("+491715550100")),
            ("+393331234567", "02 1234567", Some("+39021234567")),
            ("+351912345678", "912 345 678", Some("+351912345678")),
            ("+79161234567", "8 916 765-43-21", Some("+79167654321")),
            ("+36201234567", "06 20 765 4321", Some("+36207654321")),
            ("+4917139200", "110", None),
            ("+4917139200", "DHL", None),
            ("", "0171 5550100", None),
            ("", "+49 171 5550100;ext=5", Some("+491715550100")),
        ] {
            assert_eq!(Region::of(home).e164(written).as_deref(), expected, "{written} from {home}");
        }
    }
}
