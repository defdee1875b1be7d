use super::{BackupEvent, Outcome, Phase, Refused, Unreadable};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

/// The whole state is told at most this often.
const EVERY: Duration = Duration::from_millis(100);

/// Tells what happens, seldom enough, and keeps the account of it.
pub(super) struct Report {
    events: UnboundedSender<BackupEvent>,
    phase: Phase,
    /// What is told again when the passcode was entered.
    before_passcode: Phase,
    percent: f64,
    told_percent: f64,
    moved: u64,
    files: u64,
    told: Instant,
    /// Characters that may still be kept.
    room: usize,
    pub(super) outcome: Outcome,
}

impl Report {
    pub(super) fn new(events: UnboundedSender<BackupEvent>) -> Report {
        let report = Report {
            events,
            phase: Phase::Connecting,
            before_passcode: Phase::Preparing,
            percent: 0.0,
            told_percent: -1.0,
            moved: 0,
            files: 0,
            told: Instant::now(),
            room: Outcome::TEXTS,
            outcome: Outcome::default(),
        };
        report.tell(BackupEvent::Phase(Phase::Connecting));
        report
    }

    /// Enters a phase; they only go forward.
    pub(super) fn phase(&mut self, phase: Phase) {
        self.passcode(false);
        if phase > self.phase {
            self.phase = phase;
            self.tell(BackupEvent::Phase(phase));
        }
    }

    pub(super) fn current(&self) -> Phase {
        if self.phase == Phase::WaitingForPasscode { self.before_passcode } else { self.phase }
    }

    /// The phone shows its passcode sheet, or took it away.
    pub(super) fn passcode(&mut self, shown: bool) {
        match (shown, self.phase == Phase::WaitingForPasscode) {
            (true, false) => {
                self.before_passcode = self.phase;
                self.phase = Phase::WaitingForPasscode;
                self.tell(BackupEvent::Phase(self.phase));
            }
            (false, true) => {
                self.phase = self.before_passcode;
                self.tell(BackupEvent::Phase(self.phase));
            }
            _ => {}
        }
    }

    /// A step of the phone is done: `percent` is where the whole stands. Phones' numbers go back at times.
    pub(super) fn progress(&mut self, percent: Option<f64>) {
        if let Some(percent) = percent {
            self.percent = self.percent.max(percent.clamp(0.0, 100.0));
        }
        self.tick();
    }

    /// Where the whole stands with `part` (0 to 1) of a step done that ends at `target` percent.
    pub(super) fn partly(&mut self, start: f64, target: Option<f64>, part: f64) {
        let target = target.unwrap_or(start).clamp(start, 100.0);
        self.progress(Some(start + (target - start) * part.clamp(0.0, 1.0)));
    }

    /// The phone says that it has restored everything.
    pub(super) fn restored(&mut self, restarts: bool) {
        (self.outcome.files, self.outcome.bytes) = (self.files, self.moved);
        self.progress(Some(100.0));
        self.tell_numbers();
        if restarts {
            self.phase(Phase::Restarting);
        }
    }

    pub(super) fn percent(&self) -> f64 {
        self.percent
    }

    /// So many bytes more came, or in a restore went.
    pub(super) fn moved(&mut self, bytes: u64) {
        self.moved += bytes;
    }

    pub(super) fn file_done(&mut self) {
        self.files += 1;
    }

    pub(super) fn unreadable(&mut self, file: Unreadable) {
        self.outcome.unreadable_count += 1;
        if let Some(file) = self.kept(self.outcome.unreadable.len(), file) {
            self.outcome.unreadable.push(file.clone());
            self.tell(BackupEvent::Unreadable(file));
        }
    }

    pub(super) fn suspect(&mut self, file: Unreadable) {
        if let Some(file) = self.kept(self.outcome.suspect.len(), file) {
            self.outcome.suspect.push(file);
        }
    }

    pub(super) fn refused(&mut self, refused: Refused) {
        if self.outcome.refused.len() == Outcome::REPORTED {
            return;
        }
        let cut = match refused {
            Refused::Path { path } => self.cut(path).map(|path| Refused::Path { path }),
            Refused::Message { name } => self.cut(name).map(|name| Refused::Message { name }),
        };
        self.outcome.refused.extend(cut);
    }

    /// `file` with its texts cut to what is kept; `None` when nothing more is.
    fn kept(&mut self, listed: usize, file: Unreadable) -> Option<Unreadable> {
        if listed == Outcome::REPORTED {
            return None;
        }
        let Unreadable { device_path, path, text } = file;
        Some(Unreadable { device_path: self.cut(device_path)?, path: self.cut(path)?, text: self.cut(text)? })
    }

    fn cut(&mut self, text: String) -> Option<String> {
        let (end, kept) = match text.char_indices().nth(Outcome::TEXT) {
            Some((end, _)) => (end, Outcome::TEXT),
            None => (text.len(), text.chars().count()),
        };
        self.room = self.room.checked_sub(kept)?;
        // A new allocation: a cut one would keep its size.
        Some(text[..end].to_string())
    }

    /// Tells numbers when it is time again.
    pub(super) fn tick(&mut self) {
        if self.told.elapsed() >= EVERY {
            self.tell_numbers();
        }
    }

    pub(super) fn tell_numbers(&mut self) {
        self.told = Instant::now();
        self.tell(BackupEvent::Bytes { received: self.moved, files: self.files });
        if self.percent > self.told_percent {
            self.told_percent = self.percent;
            self.tell(BackupEvent::Progress { percent: self.percent });
        }
    }

    fn tell(&self, event: BackupEvent) {
        // Nobody listening is no reason to stop.
        let _ = self.events.send(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc;

    fn told(receiver: &mut mpsc::UnboundedReceiver<BackupEvent>) -> Vec<BackupEvent> {
        std::iter::from_fn(|| receiver.try_recv().ok()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn numbers_never_fall_and_come_ten_times_a_second() {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let mut report = Report::new(sender);
        for percent in [5.0, 3.0, f64::INFINITY, 250.0] {
            report.moved(10);
            report.progress(Some(percent));
        }
        assert_eq!(told(&mut receiver), [BackupEvent::Phase(Phase::Connecting)]);
        tokio::time::advance(EVERY).await;
        report.progress(Some(1.0));
        report.progress(None);
        assert_eq!(
            told(&mut receiver),
            [BackupEvent::Bytes { received: 40, files: 0 }, BackupEvent::Progress { percent: 100.0 }]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn phases_go_forward_and_the_passcode_interrupts_them() {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let mut report = Report::new(sender);
        report.phase(Phase::Preparing);
        report.passcode(true);
        report.passcode(true);
        report.passcode(false);
        report.phase(Phase::Finishing);
        report.phase(Phase::Receiving);
        let phases: Vec<Phase> = told(&mut receiver)
            .into_iter()
            .filter_map(|event| match event {
                BackupEvent::Phase(phase) => Some(phase),
                _ => None,
            })
            .collect();
        use Phase::*;
        assert_eq!(phases, [Connecting, Preparing, WaitingForPasscode, Preparing, Finishing]);
    }
}
