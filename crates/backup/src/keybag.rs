//! The key bag of an encrypted backup: class keys, wrapped with a key that comes out of the password (`formats.md` 1.5).
//!
//! Layout: `tag (4 ASCII) length (u32 BE) value`, again and again. The header ends where the second `UUID` stands; from
//! there on each `UUID` opens the block of one class. Integers are 4 bytes, big-endian.

use zeroize::Zeroizing;

use crate::derive::{Sha1, Sha256, pbkdf2};
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::keywrap::unwrap_key;
use crate::password::Password;

/// Real bags have 1.4 KB.
const MAX_BAG: usize = 1 << 20;
/// Ten times what iOS asks for; more would only serve to keep a computer busy.
const MAX_ROUNDS: u32 = 100_000_000;
/// `WRAP`: locked with the password.
const BY_PASSWORD: u32 = 2;

#[derive(Debug, Default)]
pub(crate) struct Keybag {
    uuid: Vec<u8>,
    salt: Vec<u8>,
    rounds: u32,
    /// The salt and the rounds of the first derivation; iOS 10.2 and later.
    first: Option<(Vec<u8>, u32)>,
    classes: Vec<Class>,
}

#[derive(Debug, Default)]
struct Class {
    number: u32,
    wrap: u32,
    wrapped: Option<[u8; 40]>,
}

impl Keybag {
    /// Reads a bag; unknown tags are skipped.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Keybag> {
        if bytes.len() > MAX_BAG {
            return Err(Error::KeybagDamaged);
        }
        let mut bag = Keybag::default();
        let (mut first_salt, mut first_rounds) = (None, None);
        for field in Fields(bytes) {
            let (tag, value) = field?;
            match (tag, bag.classes.last_mut()) {
                (b"UUID", None) if bag.uuid.is_empty() => bag.uuid = value.to_vec(),
                (b"UUID", _) => bag.classes.push(Class::default()),
                (b"SALT", None) => bag.salt = value.to_vec(),
                (b"ITER", None) => bag.rounds = rounds(value)?,
                (b"DPSL", None) => first_salt = Some(value.to_vec()),
                (b"DPIC", None) => first_rounds = Some(rounds(value)?),
                (b"CLAS", Some(class)) => class.number = integer(value)?,
                (b"WRAP", Some(class)) => class.wrap = integer(value)?,
                (b"WPKY", Some(class)) => class.wrapped = value.try_into().ok(),
                _ => {}
            }
        }
        bag.first = first_salt.zip(first_rounds);
        if bag.salt.is_empty() || bag.rounds == 0 || bag.locked().next().is_none() {
            return Err(Error::KeybagDamaged);
        }
        Ok(bag)
    }

    /// Hex of UUID and salts: where it is the same, the same password opens the bag.
    pub(crate) fn id(&self) -> String {
        let first = self.first.as_ref().map_or(&[][..], |(salt, _)| salt.as_slice());
        let parts = [&self.uuid, &self.salt, first];
        parts.into_iter().flatten().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn unlock(&self, password: &Password, cancelled: &dyn Fn() -> bool) -> Result<Keys> {
        for form in password.forms() {
            let key = self.derive(form.as_bytes(), cancelled).ok_or(Error::Cancelled)?;
            let mut opens = false;
            let mut classes = Vec::new();
            for (class, wrapped) in self.locked() {
                let Some(opened) = unwrap_key(&key, wrapped) else {
                    continue;
                };
                opens = true;
                // With another bit set it is locked with a key of the device as well: what came out is of no use.
                if class.wrap == BY_PASSWORD {
                    classes.push((class.number, opened));
                }
            }
            if opens {
                return Ok(Keys::new(self.id(), classes));
            }
        }
        Err(Error::WrongPassword)
    }

    fn locked(&self) -> impl Iterator<Item = (&Class, &[u8; 40])> {
        let classes = self.classes.iter().filter(|class| class.wrap & BY_PASSWORD != 0);
        classes.filter_map(|class| Some((class, class.wrapped.as_ref()?)))
    }

    /// The key of the class keys. Two derivations since iOS 10.2, one before: by what the bag holds, not by its version.
    fn derive(&self, password: &[u8], cancelled: &dyn Fn() -> bool) -> Option<Zeroizing<[u8; 32]>> {
        match &self.first {
            Some((salt, rounds)) => {
                let between = pbkdf2::<Sha256>(password, salt, *rounds, cancelled)?;
                pbkdf2::<Sha1>(&between[..], &self.salt, self.rounds, cancelled)
            }
            None => pbkdf2::<Sha1>(password, &self.salt, self.rounds, cancelled),
        }
    }
}

struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(&'a [u8; 4], &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = field(self.0);
        self.0 = field.map_or(&[], |(_, _, rest)| rest);
        Some(field.map(|(tag, value, _)| (tag, value)).ok_or(Error::KeybagDamaged))
    }
}

/// The tag and the value at the start, and what follows.
fn field(bytes: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (value, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    Some((tag, value, rest))
}

fn integer(value: &[u8]) -> Result<u32> {
    value.try_into().map(u32::from_be_bytes).map_err(|_| Error::KeybagDamaged)
}

fn rounds(value: &[u8]) -> Result<u32> {
    let rounds = integer(value)?;
    if (1..=MAX_ROUNDS).contains(&rounds) { Ok(rounds) } else { Err(Error::KeybagDamaged) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(bag: &mut Vec<u8>, tag: &[u8; 4], value: &[u8]) {
        bag.extend(tag);
        bag.extend((value.len() as u32).to_be_bytes());
        bag.extend(value);
    }

    fn sample() -> Vec<u8> {
        let mut bag = Vec::new();
        put(&mut bag, b"VERS", &3u32.to_be_bytes());
        put(&mut bag, b"UUID", &[1; 16]);
        put(&mut bag, b"WRAP", &0u32.to_be_bytes());
        put(&mut bag, b"SALT", &[2; 20]);
        put(&mut bag, b"ITER", &7u32.to_be_bytes());
        put(&mut bag, b"NEWS", b"a tag of tomorrow");
        put(&mut bag, b"UUID", &[3; 16]);
        put(&mut bag, b"CLAS", &4u32.to_be_bytes());
        put(&mut bag, b"WRAP", &2u32.to_be_bytes());
        put(&mut bag, b"WPKY", &[4; 40]);
        bag
    }

    #[test]
    fn one_derivation_without_the_tags_of_the_first() {
        let bag = Keybag::parse(&sample()).unwrap();
        assert_eq!((bag.rounds, bag.first.is_none(), bag.classes.len()), (7, true, 1));
        assert_eq!(bag.classes[0].number, 4);
        assert_eq!(bag.id(), "01".repeat(16) + &"02".repeat(20));
        let wrong = bag.unlock(&Password::new("x"), &|| false);
        assert!(matches!(wrong, Err(Error::WrongPassword)));
    }

    #[test]
    fn damage_is_told_and_never_panics() {
        let bag = sample();
        assert!(matches!(Keybag::parse(&[]), Err(Error::KeybagDamaged)));
        for length in 1..bag.len() {
            assert!(Keybag::parse(&bag[..length]).is_err(), "cut at {length}");
        }
        for at in 0..bag.len() {
            for value in [0, 0x7F, 0xFF] {
                let mut changed = bag.clone();
                changed[at] = value;
                let _ = Keybag::parse(&changed);
            }
        }
    }

    #[test]
    fn absurd_numbers_of_rounds_are_refused() {
        for count in [0, MAX_ROUNDS + 1, u32::MAX] {
            let mut bag = sample();
            let at = bag.windows(4).position(|tag| tag == b"ITER").unwrap() + 8;
            bag[at..at + 4].copy_from_slice(&count.to_be_bytes());
            assert!(matches!(Keybag::parse(&bag), Err(Error::KeybagDamaged)));
        }
    }
}
