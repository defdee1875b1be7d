//! Sounds: what is made of a CAF file, byte by byte where it is short.

use super::{is_convertible, playable};

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [name, &(body.len() as i64).to_be_bytes()[..], body].concat()
}

fn caf(format: &[u8; 4], flags: u32, per_packet: [u32; 2], bits: u32, rest: &[Vec<u8>]) -> Vec<u8> {
    let mut about = 8_000f64.to_be_bytes().to_vec();
    about.extend(format);
    for number in [flags, per_packet[0], per_packet[1], 1, bits] {
        about.extend(number.to_be_bytes());
    }
    [b"caff\0\x01\0\0".to_vec(), chunk(b"desc", &about), rest.concat()].concat()
}

#[test]
fn samples_become_wav() {
    let data = chunk(b"data", b"\0\0\0\0\x12\x34\xff\xfe");
    let sound = playable(&caf(b"lpcm", 0, [2, 1], 16, std::slice::from_ref(&data))).unwrap();
    assert_eq!(
        (sound.mime, &sound.bytes[..4], &sound.bytes[40..]),
        ("audio/wav", &b"RIFF"[..], &b"\x04\0\0\0\x34\x12\xfe\xff"[..])
    );
    let little = playable(&caf(b"lpcm", 2, [2, 1], 16, &[data])).unwrap();
    assert_eq!(&little.bytes[44..], b"\x12\x34\xff\xfe");
    let half = chunk(b"data", &[&[0; 4][..], &0.5f32.to_be_bytes()].concat());
    let float = playable(&caf(b"lpcm", 1, [4, 1], 32, &[half])).unwrap();
    assert_eq!(i16::from_le_bytes([float.bytes[44], float.bytes[45]]), 16_383);
}

#[test]
fn adpcm_of_nothing_is_silence() {
    let data = chunk(b"data", &[0; 4 + 34]);
    let sound = playable(&caf(b"ima4", 0, [34, 64], 0, &[data])).unwrap();
    assert_eq!(sound.bytes.len(), 44 + 128);
    assert!(sound.bytes[44..].iter().all(|byte| *byte == 0));
}

#[test]
fn opus_is_put_into_ogg_as_it_is() {
    let table =
        [&2i64.to_be_bytes()[..], &960i64.to_be_bytes(), &52u32.to_be_bytes(), &0u32.to_be_bytes(), b"\x03\x82\x00"]
            .concat();
    let packets = [b"abc".to_vec(), vec![7; 256]].concat();
    let data = chunk(b"data", &[&[0; 4][..], &packets].concat());
    let sound = playable(&caf(b"opus", 0, [0, 160], 0, &[chunk(b"pakt", &table), data])).unwrap();
    let ogg = sound.bytes;
    assert_eq!(sound.mime, "audio/ogg");
    assert_eq!(ogg.windows(4).filter(|part| *part == b"OggS").count(), 3);
    let head = ogg.windows(8).position(|part| part == b"OpusHead").unwrap();
    assert_eq!(&ogg[head + 8..head + 16], b"\x01\x01\x38\x01\x40\x1f\0\0", "312 samples at 48 kHz are skipped");
    assert!(ogg.ends_with(&packets));
    let last = ogg.len() - packets.len() - 3 - 27;
    assert_eq!((&ogg[last..last + 6], &ogg[last + 6..last + 14]), (&b"OggS\0\x04"[..], &1920u64.to_le_bytes()[..]));
    assert_eq!(&ogg[last + 26..last + 30], b"\x03\x03\xff\x01", "packets of 3 and of 255 + 1 bytes");
}

#[test]
fn what_is_damaged_or_not_known_is_left() {
    let whole = caf(b"opus", 0, [0, 160], 0, &[chunk(b"data", &[0; 40]), chunk(b"pakt", &[0xff; 60])]);
    for length in 0..whole.len() {
        playable(&whole[..length]);
    }
    assert!(playable(b"#!AMR\n").is_none());
    assert!(is_convertible("audio/x-caf") && !is_convertible("audio/mp4"));
}
