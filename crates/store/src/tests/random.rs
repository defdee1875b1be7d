//! Thousands of random operations on a session and on a plain map; both must answer alike, at every step.

use super::*;

/// A small random number generator (xorshift), so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    /// Names on both sides of `/` in byte order, nested up to three deep.
    fn path(&mut self) -> String {
        const NAMES: [&str; 6] = ["a", "a-", "a0", "b", "b c", "ä"];
        let depth = 1 + self.roll(3);
        (0..depth).map(|_| NAMES[self.roll(NAMES.len())]).collect::<Vec<_>>().join("/")
    }
}

/// The plain model: files with their content, made folders with none.
#[derive(Clone, Default, PartialEq, Debug)]
struct Model(BTreeMap<String, Option<Vec<u8>>>);

impl Model {
    fn is_file(&self, path: &str) -> bool {
        matches!(self.0.get(path), Some(Some(_)))
    }
    fn within(&self, folder: &str) -> Vec<String> {
        let below = format!("{folder}/");
        self.0.keys().filter(|path| *path == folder || path.starts_with(&below)).cloned().collect()
    }
    fn is_folder(&self, path: &str) -> bool {
        !self.is_file(path) && !self.within(path).is_empty()
    }
    fn file_above(&self, path: &str) -> bool {
        path.match_indices('/').any(|(at, _)| self.is_file(&path[..at]))
    }
    fn put(&mut self, path: &str, bytes: &[u8]) -> bool {
        let good = !self.file_above(path) && !self.is_folder(path);
        if good {
            self.0.insert(path.into(), Some(bytes.to_vec()));
        }
        good
    }
    fn make_folder(&mut self, path: &str) -> bool {
        let good = !self.file_above(path) && !self.is_file(path);
        if good {
            self.0.insert(path.into(), None);
        }
        good
    }
    fn remove(&mut self, path: &str) {
        for path in self.within(path) {
            self.0.remove(&path);
        }
    }
    fn transfer(&mut self, from: &str, to: &str, keep: bool) -> bool {
        let inside = |a: &str, b: &str| a.starts_with(&format!("{b}/"));
        let all = self.within(from);
        if inside(from, to) || inside(to, from) || self.file_above(to) || all.is_empty() {
            return false;
        }
        if from != to {
            let moved: Vec<_> = all.iter().map(|path| (path.clone(), self.0[path].clone())).collect();
            if !keep {
                self.remove(from);
            }
            self.remove(to);
            self.0.extend(moved.into_iter().map(|(path, what)| (format!("{to}{}", &path[from.len()..]), what)));
        }
        true
    }
    fn list(&self, folder: &str) -> Vec<(String, bool)> {
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut names = BTreeMap::new();
        for (path, what) in self.0.iter().filter(|(path, _)| path.starts_with(&below)) {
            let rest = &path[below.len()..];
            let (name, is_file) = rest.split_once('/').map_or((rest, what.is_some()), |(name, _)| (name, false));
            names.insert(format!("{below}{name}"), is_file);
        }
        names.into_iter().collect()
    }
}

fn compare(session: &Session, model: &Model, dice: &mut Dice, step: usize) {
    for path in (0..4).map(|_| dice.path()).chain([String::new()]) {
        let listed = session.list(&path).into_iter().map(|entry| (entry.path, entry.kind == EntryKind::File));
        assert_eq!(listed.collect::<Vec<_>>(), model.list(&path), "step {step}: {path}");
        let found = session.get(&path).map(|entry| entry.kind);
        let expected = match (model.is_file(&path), path.is_empty() || model.is_folder(&path)) {
            (true, _) => Some(EntryKind::File),
            (false, folder) => folder.then_some(EntryKind::Folder),
        };
        assert_eq!(found, expected, "step {step}: {path}");
        let bytes = read_all(session.open(&path).unwrap());
        assert_eq!(bytes, model.0.get(&path).cloned().flatten(), "step {step}: {path}");
    }
}

fn compare_version(version: &Version, model: &Model) {
    let found = version.entries().map(|entry| {
        let bytes = read_all(version.open(&entry.path).unwrap());
        (entry.path, bytes)
    });
    assert_eq!(&Model(found.collect()), model);
    for folder in ["", "a", "b/a"] {
        let listed = version.list(folder).into_iter().map(|entry| (entry.path, entry.kind == EntryKind::File));
        assert_eq!(listed.collect::<Vec<_>>(), model.list(folder));
    }
}

#[test]
fn a_session_answers_like_a_plain_map() {
    let place = Place::new();
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut model = Model::default();
    let mut kept: Vec<(u64, Model)> = Vec::new();
    let mut session = place.begin(Base::Newest);
    for step in 0..8_000 {
        let (path, other) = (dice.path(), dice.path());
        match dice.roll(100) {
            0..40 => {
                let bytes = format!("{}", dice.roll(500)).repeat(1 + dice.roll(20)).into_bytes();
                let done = session.create(&path).map(|mut writer| {
                    writer.write_all(&bytes).unwrap();
                    session.finish_file(writer).unwrap()
                });
                assert_eq!(done.is_ok(), model.put(&path, &bytes), "step {step}: put {path}");
            }
            40..50 => {
                let done = session.make_folder(&path).is_ok();
                assert_eq!(done, model.make_folder(&path), "step {step}: folder {path}");
            }
            50..75 => {
                let done = session.rename(&path, &other).is_ok();
                assert_eq!(done, model.transfer(&path, &other, false), "step {step}: {path} to {other}");
            }
            75..85 => {
                let done = session.copy(&path, &other).is_ok();
                assert_eq!(done, model.transfer(&path, &other, true), "step {step}: {path} to {other}");
            }
            _ => {
                session.remove(&path).unwrap();
                model.remove(&path);
            }
        }
        compare(&session, &model, &mut dice, step);
        match dice.roll(300) {
            0 => {
                let inline = vec![path, other];
                let head = session.commit(Commit { inline, inline_max: 30, ..commit() }).unwrap();
                kept.push((head.seq, model.clone()));
                session = place.begin(Base::Newest);
            }
            1 => {
                session.keep().unwrap();
                session = place.begin(Base::Resume);
                assert!(session.resumed());
            }
            2 => {
                drop(session);
                session = place.begin(Base::Newest);
                model = kept.last().map(|(_, model)| model.clone()).unwrap_or_default();
            }
            _ => {}
        }
    }
    assert!(kept.len() > 10);
    let store = place.reopen();
    for (seq, model) in &kept {
        let version = store.version(UDID, *seq).unwrap();
        compare_version(&version, model);
        assert!(verify(&version).damaged.is_empty());
    }
}
