//! The wire form of protocol buffers: fields by number, nothing known of them.

/// A field's value as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Field<'a> {
    Number(u64),
    Fixed32([u8; 4]),
    Fixed64([u8; 8]),
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    pub fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Field::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub fn number(self) -> Option<u64> {
        match self {
            Field::Number(number) => Some(number),
            _ => None,
        }
    }

    pub fn float(self) -> Option<f32> {
        match self {
            Field::Fixed32(bytes) => Some(f32::from_le_bytes(bytes)).filter(|number| number.is_finite()),
            _ => None,
        }
    }
}

/// The fields of a message in order; ends where the bytes make no sense.
pub fn fields(bytes: &[u8]) -> impl Iterator<Item = (u64, Field<'_>)> {
    let mut rest = bytes;
    std::iter::from_fn(move || field(&mut rest))
}

/// The last field of that number, as protocol buffers have it.
pub fn last(bytes: &[u8], number: u64) -> Option<Field<'_>> {
    fields(bytes).filter(|(known, _)| *known == number).last().map(|(_, field)| field)
}

fn field<'a>(rest: &mut &'a [u8]) -> Option<(u64, Field<'a>)> {
    let key = varint(rest)?;
    let field = match key & 7 {
        0 => Field::Number(varint(rest)?),
        1 => Field::Fixed64(take(rest, 8)?.try_into().ok()?),
        2 => {
            let length = usize::try_from(varint(rest)?).ok()?;
            Field::Bytes(take(rest, length)?)
        }
        5 => Field::Fixed32(take(rest, 4)?.try_into().ok()?),
        _ => return None,
    };
    Some((key >> 3, field))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        value |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}
