//! Random histories of two computers and two devices on one store, judged by set arithmetic: a clean-up takes away
//! exactly what no version, expired or not, names and what is older than seven days. Never more. Backups, expiry, undo,
//! clean-ups, damaged records, and crashes in the middle of any of it.

use std::collections::BTreeSet;

use std::cell::RefCell;
use std::rc::Rc;

use super::reclaim::{DAY, age, go_on, make_stale, objects};
use super::*;
use crate::fault::for_tests::HOOK;
use crate::lease::now;

/// A small random number generator (xorshift), so that a failure can be repeated.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

const DEVICES: [&str; 2] = [UDID, "OTHER-DEVICE"];

fn content(number: usize) -> Vec<u8> {
    format!("content {number}").into_bytes()
}

fn name(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// A record the model knows of.
#[derive(Clone)]
struct Kept {
    device: usize,
    seq: u64,
    files: BTreeMap<String, Vec<u8>>,
    /// For how many seconds it has been expired.
    expired: Option<u64>,
}

struct History {
    place: Place,
    dice: Dice,
    kept: Vec<Kept>,
    /// The record that is damaged just now, and its good bytes.
    damaged: Option<(PathBuf, Vec<u8>)>,
    /// How many clean-ups, and objects they took.
    cleaned: (u32, u64),
    crashes: u32,
}

impl History {
    fn sessions(&mut self) -> PathBuf {
        self.place.folder.path().join(["den", "kitchen"][self.dice.roll(2)])
    }

    /// A session with a few files; one in three is cut, of those one in three is gone on with later.
    fn back_up(&mut self) {
        let (device, sessions) = (self.dice.roll(2), self.sessions());
        let base = [Base::Newest, Base::Empty, Base::Resume][self.dice.roll(3)];
        let Ok(mut session) = self.place.store.begin(DEVICES[device], &sessions, base) else {
            assert!(self.damaged.is_some());
            return;
        };
        for _ in 0..1 + self.dice.roll(6) {
            let path = format!("f{}", self.dice.roll(8));
            put(&mut session, &path, &content(self.dice.roll(60)));
        }
        match self.dice.roll(6) {
            0 => session.keep().unwrap(),
            1 => session.discard().unwrap(),
            2 => drop(session),
            _ => self.commit(device, session),
        }
    }

    fn commit(&mut self, device: usize, session: Session) {
        let paths: Vec<String> = session.list("").into_iter().map(|entry| entry.path).collect();
        let read = |path: &String| (path.clone(), read_all(session.open(path).unwrap()).unwrap());
        let files: BTreeMap<_, _> = paths.iter().map(read).collect();
        let head = session.commit(commit()).unwrap();
        assert!(self.kept.iter().all(|kept| (kept.device, kept.seq) != (device, head.seq)), "a number used twice");
        self.kept.push(Kept { device, seq: head.seq, files, expired: None });
    }

    fn expire_or_bring_back(&mut self) {
        if self.kept.is_empty() || self.damaged.is_some() {
            return;
        }
        let index = self.dice.roll(self.kept.len());
        let kept = &mut self.kept[index];
        let udid = DEVICES[kept.device];
        if kept.expired.is_none() {
            self.place.store.expire(udid, kept.seq).unwrap();
            kept.expired = Some(0);
        } else {
            self.place.store.bring_back(udid, kept.seq).unwrap();
            kept.expired = None;
        }
    }

    fn pass_time(&mut self) {
        let by = DAY * (1 + self.dice.roll(5) as u64);
        age(&self.place.store, by);
        for kept in &mut self.kept {
            kept.expired = kept.expired.map(|since| since + by);
        }
    }

    /// Damages a record, or mends the one that is damaged.
    fn damage_or_mend(&mut self) {
        if let Some((path, good)) = self.damaged.take() {
            // It may have been put aside meanwhile.
            let _ = std::fs::remove_file(&path);
            let aside = path.parent().unwrap().with_file_name("quarantine").join(path.file_name().unwrap());
            let _ = std::fs::remove_file(aside);
            std::fs::write(path, good).unwrap();
            return;
        }
        let layout = &self.place.store.0.layout;
        let all: Vec<PathBuf> = DEVICES
            .iter()
            .flat_map(|udid| [layout.versions(udid), layout.expired(udid)])
            .flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "ver"))
            .collect();
        if !all.is_empty() {
            let path = all[self.dice.roll(all.len())].clone();
            let good = std::fs::read(&path).unwrap();
            std::fs::remove_file(&path).unwrap();
            std::fs::write(&path, &good[..self.dice.roll(good.len())]).unwrap();
            self.damaged = Some((path, good));
        }
    }

    fn clean_up(&mut self) {
        let sessions = self.sessions();
        let before = objects(&self.place.store);
        let done = self.place.store.reclaim(&sessions, now(), &mut go_on);
        if self.damaged.is_some() {
            assert!(matches!(done, Err(Error::RecordUnreadable { .. })), "{done:?}");
            assert_eq!(objects(&self.place.store), before);
            return;
        }
        let done = done.unwrap();
        let over = |kept: &Kept| kept.expired.is_some_and(|since| since >= 7 * DAY);
        if self.kept.iter().all(over) {
            // A store is not emptied.
            assert_eq!((done, objects(&self.place.store)), (Reclaimed::default(), before));
            return;
        }
        self.kept.retain(|kept| !over(kept));
        let named: BTreeSet<String> =
            self.kept.iter().flat_map(|kept| kept.files.values().map(|bytes| name(bytes))).collect();
        let after = objects(&self.place.store);
        assert_eq!(named.difference(&after).count(), 0, "live content was taken away");
        assert_eq!(before.difference(&after).count() as u64, done.objects);
        let unnamed = after.difference(&named).count() as u64;
        assert_eq!(unnamed, done.kept_young, "{done:?}");
        self.cleaned = (self.cleaned.0 + 1, self.cleaned.1 + done.objects);
    }

    /// Does something and has the computer stop at one of its steps: history goes on with a copy of the disk as it was.
    fn crash(&mut self) {
        if self.damaged.is_some() {
            return;
        }
        let copied: Rc<RefCell<Option<tempfile::TempDir>>> = Rc::default();
        let (folder, kept) = (self.place.folder.path().to_path_buf(), Rc::clone(&copied));
        let mut left = self.dice.roll(12);
        HOOK.set(Some(Box::new(move |_| {
            if left == 0 && kept.borrow().is_none() {
                *kept.borrow_mut() = Some(copy(&folder));
            }
            left = left.saturating_sub(1);
        })));
        let before = self.kept.clone();
        match self.dice.roll(3) {
            0 => self.back_up(),
            1 => self.expire_or_bring_back(),
            _ => self.clean_up(),
        }
        HOOK.set(None);
        let Some(folder) = copied.take() else { return };
        let (store, sessions) = (Store::open(folder.path()).unwrap(), folder.path().join("sessions"));
        self.place = Place { folder, store, sessions };
        let leases = self.place.store.0.layout.leases();
        crate::store::names_in(&leases).unwrap().iter().for_each(|name| drop(make_stale(&leases.join(name))));
        let sessions = self.sessions();
        std::fs::create_dir_all(&sessions).unwrap();
        self.place.store.recover(&sessions).unwrap();
        // A clean-up waits until a session has looked at a record that was cut.
        DEVICES.iter().for_each(|udid| drop(self.place.store.begin(udid, &sessions, Base::Resume).unwrap()));
        self.settle(&before);
        self.crashes += 1;
    }

    /// After a crash each version is as it was before, or as it would be after; what did not change is as it was.
    fn settle(&mut self, before: &[Kept]) {
        let find = |kept: &[Kept], device, seq| kept.iter().find(|one| (one.device, one.seq) == (device, seq)).cloned();
        let mut found = Vec::new();
        for (device, udid) in DEVICES.iter().enumerate() {
            let there = self.place.store.versions(udid).unwrap();
            let records = there.versions.into_iter().map(|head| (head.seq, false));
            let expired = self.place.store.expired(udid).unwrap().into_iter().map(|one| (one.head.seq, true));
            for (seq, is_expired) in records.chain(expired) {
                let (was, will) = (find(before, device, seq), find(&self.kept, device, seq));
                let states = [&was, &will].map(|kept| kept.as_ref().map(|kept| kept.expired.is_some()));
                assert!(
                    states.contains(&Some(is_expired)),
                    "version {seq} of {udid}: {states:?}, expired {is_expired}"
                );
                let since = was.as_ref().and_then(|kept| kept.expired).unwrap_or(0);
                let kept = was.or(will).unwrap();
                found.push(Kept { expired: is_expired.then_some(since), ..kept });
            }
        }
        for kept in before.iter().filter(|kept| find(&self.kept, kept.device, kept.seq).is_some()) {
            assert!(find(&found, kept.device, kept.seq).is_some(), "version {} is lost", kept.seq);
        }
        self.kept = found;
    }

    /// Every version that was not given up is there, to its last byte.
    fn check(&self, step: usize) {
        let store = self.place.reopen();
        for kept in self.kept.iter().filter(|kept| kept.expired.is_none()) {
            let version = match store.version(DEVICES[kept.device], kept.seq) {
                Err(Error::RecordDamaged { .. } | Error::NoVersion { .. }) if self.damaged.is_some() => continue,
                version => version.unwrap(),
            };
            assert_eq!(contents(&version), kept.files, "step {step}");
        }
        let expired: usize = DEVICES.iter().map(|udid| store.expired(udid).unwrap().len()).sum();
        let known = self.kept.iter().filter(|kept| kept.expired.is_some()).count();
        assert!(expired == known || self.damaged.is_some() && expired + 1 == known, "step {step}");
    }
}

/// The folder as it is now, times and all.
fn copy(folder: &Path) -> tempfile::TempDir {
    let copy = quick_folder();
    let mut cp = std::process::Command::new("cp");
    assert!(cp.arg("-a").arg(folder.join(".")).arg(copy.path()).status().unwrap().success());
    copy
}

/// How many clean-ups, objects they took, and crashes.
fn run(seed: u64, clean_up_always: bool) -> (u32, u64, u32) {
    let dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let (kept, place) = (Vec::new(), Place::new());
    let mut history = History { place, dice, kept, damaged: None, cleaned: (0, 0), crashes: 0 };
    for step in 0..120 {
        let before = (history.cleaned, history.crashes);
        match history.dice.roll(22) {
            0..8 => history.back_up(),
            8..12 => history.expire_or_bring_back(),
            12..15 => history.pass_time(),
            15..17 if history.damaged.is_some() || history.dice.roll(3) == 0 => history.damage_or_mend(),
            17..19 => history.crash(),
            _ => history.clean_up(),
        }
        if clean_up_always {
            history.clean_up();
        }
        if step % 4 == 0 || (history.cleaned, history.crashes) != before {
            history.check(step);
        }
    }
    let (times, taken) = history.cleaned;
    (times, taken, history.crashes)
}

#[test]
fn a_clean_up_takes_exactly_what_set_arithmetic_says() {
    let seeds = if full() { 60 } else { 3 };
    let (mut times, mut taken, mut crashes) = (0, 0, 0);
    for seed in 1..=seeds {
        for clean_up_always in [false, true] {
            let done = run(seed, clean_up_always);
            (times, taken, crashes) = (times + done.0, taken + done.1, crashes + done.2);
        }
    }
    let histories = 2 * seeds as u32;
    println!("{histories} histories, {crashes} crashes: {times} clean-ups took {taken} objects, 0 violations");
    assert!(times > 40 * histories && taken > 20 * u64::from(histories) && crashes > 2 * histories);
}
