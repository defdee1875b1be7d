use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use wire::afc::{self, HEADER, Header, lock};

/// The next packet's number, operation, and arguments with payload.
async fn next(far: &mut DuplexStream) -> (u64, u64, Vec<u8>) {
    let mut header = [0; HEADER];
    far.read_exact(&mut header).await.unwrap();
    let header = Header::decode(header).unwrap();
    let mut body = vec![0; header.arguments() + header.payload()];
    far.read_exact(&mut body).await.unwrap();
    (header.number, header.operation, body)
}

async fn answer(far: &mut DuplexStream, operation: u64, arguments: &[u8], payload: &[u8]) -> (u64, Vec<u8>) {
    let (number, asked, body) = next(far).await;
    far.write_all(&afc::encode(number, operation, arguments, payload)).await.unwrap();
    (asked, body)
}

fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn pair() -> (Afc, DuplexStream) {
    let (near, far) = tokio::io::duplex(1 << 22);
    (Afc::new(Box::new(near)), far)
}

#[tokio::test]
async fn a_file_is_read_to_its_end_and_closed() {
    let (afc, mut far) = pair();
    let phone = tokio::spawn(async move {
        let opened = answer(&mut far, op::FILE_OPEN_RESULT, &words(&[7]), b"").await;
        assert_eq!(opened, (op::FILE_OPEN, [&words(&[1])[..], b"/a\0"].concat()));
        answer(&mut far, op::DATA, b"", b"one").await;
        answer(&mut far, op::DATA, b"", b"two").await;
        answer(&mut far, op::DATA, b"", b"").await;
        assert_eq!(answer(&mut far, op::STATUS, &words(&[0]), b"").await, (op::CLOSE, words(&[7])));
        answer(&mut far, op::STATUS, &words(&[status::NOT_FOUND]), b"").await;
    });
    assert_eq!(afc.read_file("/a", 100).await.unwrap().unwrap(), b"onetwo");
    assert_eq!(afc.read_file("/b", 100).await.unwrap(), None);
    phone.await.unwrap();
}

#[tokio::test]
async fn a_held_lock_is_no_error() {
    let (afc, mut far) = pair();
    let phone = tokio::spawn(async move {
        answer(&mut far, op::FILE_OPEN_RESULT, &words(&[7]), b"").await;
        let asked = answer(&mut far, op::STATUS, &words(&[status::WOULD_BLOCK]), b"").await;
        assert_eq!(asked, (op::LOCK, words(&[7, 6])));
        answer(&mut far, op::STATUS, &words(&[0]), b"").await;
    });
    let file = afc.open("/l", Mode::Update).await.unwrap();
    assert!(!file.lock(lock::EXCLUSIVE).await.unwrap());
    assert!(file.lock(lock::EXCLUSIVE).await.unwrap());
    phone.await.unwrap();
}

fn info(size: u64) -> Vec<u8> {
    format!("st_size\0{size}\0st_ifmt\0S_IFREG\0").into_bytes()
}

#[tokio::test]
async fn reads_are_asked_ahead_and_short_ones_asked_again() {
    let (afc, mut far) = pair();
    let size = 3 * (1 << 20) + 5;
    let content: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
    let expected = content.clone();
    let phone = tokio::spawn(async move {
        answer(&mut far, op::DATA, b"", &info(size)).await;
        answer(&mut far, op::FILE_OPEN_RESULT, &words(&[9]), b"").await;
        // All four before the first answer.
        let mut asked = Vec::new();
        for _ in 0..4 {
            asked.push(next(&mut far).await);
        }
        assert_eq!(asked[0].2, words(&[9, 1 << 20]));
        assert_eq!(asked[3].2, words(&[9, 5]));
        let mut at = 0;
        let mut sizes = vec![1 << 20, 100, 1 << 20, 5];
        let mut answers = asked.into_iter();
        while at < content.len() {
            let (number, operation, arguments) = match answers.next() {
                Some(asked) => asked,
                None => next(&mut far).await,
            };
            assert_eq!(operation, op::READ);
            let most = u64::from_le_bytes(arguments[8..].try_into().unwrap()) as usize;
            let length = if sizes.is_empty() { most } else { sizes.remove(0) };
            let piece = &content[at..at + length.min(content.len() - at)];
            far.write_all(&afc::encode(number, op::DATA, b"", piece)).await.unwrap();
            at += piece.len();
        }
        assert_eq!(answer(&mut far, op::STATUS, &words(&[0]), b"").await, (op::CLOSE, words(&[9])));
    });
    let (mut got, mut heard) = (Vec::new(), Vec::new());
    assert_eq!(afc.pull("/f", &mut got, &mut |done| heard.push(done)).await.unwrap(), size);
    assert!(got == expected);
    assert_eq!(heard.last(), Some(&size));
    phone.await.unwrap();
}

#[tokio::test]
async fn a_file_that_ends_early_is_not_whole() {
    let (afc, mut far) = pair();
    let phone = tokio::spawn(async move {
        answer(&mut far, op::DATA, b"", &info(10)).await;
        answer(&mut far, op::FILE_OPEN_RESULT, &words(&[9]), b"").await;
        answer(&mut far, op::DATA, b"", b"1234").await;
        answer(&mut far, op::DATA, b"", b"").await;
        assert_eq!(next(&mut far).await.1, op::CLOSE);
    });
    let mut got = Vec::new();
    assert!(matches!(afc.pull("/f", &mut got, &mut |_| {}).await, Err(Error::FileChanged { path }) if path == "/f"));
    phone.await.unwrap();
}

#[tokio::test]
async fn whoever_stops_waiting_leaves_no_file_open() {
    let (afc, mut far) = pair();
    // Stopped while it reads.
    let reading = tokio::spawn({
        let afc = afc.clone();
        async move { afc.pull("/f", &mut Vec::new(), &mut |_| {}).await }
    });
    answer(&mut far, op::DATA, b"", &info(10)).await;
    answer(&mut far, op::FILE_OPEN_RESULT, &words(&[9]), b"").await;
    let (late, ..) = next(&mut far).await;
    reading.abort();
    assert_eq!(answer(&mut far, op::STATUS, &words(&[0]), b"").await, (op::CLOSE, words(&[9])));
    // The answer nobody waits for does not disturb those after it.
    far.write_all(&afc::encode(late, op::DATA, b"", b"0123456789")).await.unwrap();

    // Stopped while it opens.
    let opening = tokio::spawn({
        let afc = afc.clone();
        async move { afc.open("/g", Mode::Read).await.map(drop) }
    });
    let (number, operation, _) = next(&mut far).await;
    assert_eq!(operation, op::FILE_OPEN);
    opening.abort();
    far.write_all(&afc::encode(number, op::FILE_OPEN_RESULT, &words(&[11]), b"")).await.unwrap();
    drop(afc);
    assert_eq!(answer(&mut far, op::STATUS, &words(&[0]), b"").await, (op::CLOSE, words(&[11])));
    assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn an_unfinished_upload_goes_and_a_finished_one_takes_the_name() {
    let (afc, mut far) = pair();
    let phone = tokio::spawn(async move {
        let (_, opened) = answer(&mut far, op::FILE_OPEN_RESULT, &words(&[4]), b"").await;
        let part = opened[8..].to_vec();
        assert!(part.starts_with(b"/Documents/.") && part.ends_with(b".heirloom\0"));
        assert_eq!(
            answer(&mut far, op::STATUS, &words(&[0]), b"").await,
            (op::WRITE, [&words(&[4])[..], b"hi"].concat())
        );
        assert_eq!(answer(&mut far, op::STATUS, &words(&[0]), b"").await, (op::CLOSE, words(&[4])));
        let renamed = (op::RENAME, [&part[..], b"/Documents/a.txt\0"].concat());
        assert_eq!(answer(&mut far, op::STATUS, &words(&[0]), b"").await, renamed);

        let (_, opened) = answer(&mut far, op::FILE_OPEN_RESULT, &words(&[5]), b"").await;
        answer(&mut far, op::STATUS, &words(&[status::NO_SPACE]), b"").await;
        assert_eq!(answer(&mut far, op::STATUS, &words(&[0]), b"").await, (op::CLOSE, words(&[5])));
        assert_eq!(answer(&mut far, op::STATUS, &words(&[0]), b"").await, (op::REMOVE_PATH, opened[8..].to_vec()));
    });
    assert_eq!(afc.push("/Documents/a.txt", &mut &b"hi"[..], &mut |_| {}).await.unwrap(), 2);
    let full = afc.push("/Documents/b.txt", &mut &b"hi"[..], &mut |_| {}).await;
    assert!(matches!(full, Err(Error::Afc { number: status::NO_SPACE, .. })));
    phone.await.unwrap();
}

#[tokio::test]
async fn a_folder_lists_what_has_a_usable_name() {
    let (afc, mut far) = pair();
    let phone = tokio::spawn(async move {
        answer(&mut far, op::DATA, b"", b".\0..\0b\0../x\0a\0\xff\0gone\0").await;
        for name in [&b"/DCIM/a\0"[..], b"/DCIM/b\0"] {
            assert_eq!(answer(&mut far, op::DATA, b"", &info(3)).await, (op::GET_FILE_INFO, name.to_vec()));
        }
        answer(&mut far, op::STATUS, &words(&[status::NOT_FOUND]), b"").await;
    });
    let listed = afc.list("/DCIM/").await.unwrap();
    assert_eq!(listed.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((listed[0].1.shape, listed[0].1.size), (Shape::File, 3));
    phone.await.unwrap();
}

#[tokio::test]
async fn a_wild_answer_ends_the_connection() {
    for (number, length) in [(1, 70 << 10), (2, 0)] {
        let (afc, mut far) = pair();
        let asking = tokio::spawn({
            let afc = afc.clone();
            async move { afc.remove("/x").await }
        });
        next(&mut far).await;
        far.write_all(&afc::encode(number, op::DATA, b"", &vec![0; length])).await.unwrap();
        assert!(matches!(
            asking.await.unwrap(),
            Err(Error::Wire(wire::Error::TooLong { .. }) | Error::Unexpected { .. })
        ));
        assert!(matches!(afc.remove("/y").await, Err(Error::Disconnected)));
    }
}

#[tokio::test(start_paused = true)]
async fn silence_ends_and_a_slow_answer_does_not() {
    let (afc, mut far) = pair();
    let slow = tokio::spawn({
        let afc = afc.clone();
        async move { afc.remove("/slow").await }
    });
    let (number, ..) = next(&mut far).await;
    for byte in afc::encode(number, op::STATUS, &words(&[0]), b"") {
        tokio::time::sleep(std::time::Duration::from_secs(10)).await;
        far.write_all(&[byte]).await.unwrap();
    }
    slow.await.unwrap().unwrap();
    // Nothing is due: silence is fine.
    tokio::time::sleep(std::time::Duration::from_secs(300)).await;
    let (first, second) = tokio::join!(afc.remove("/x"), afc.remove("/y"));
    assert!(matches!(first, Err(Error::TimedOut { .. })));
    assert!(matches!(second, Err(Error::Disconnected)));
}
