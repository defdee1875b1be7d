//! Running jobs: progress that never falls, one cancel token, at most ten events a second.

use crate::api::events::{Event, Prompt, PromptKind};
use crate::api::jobs::{Action, Job, JobResult, JobState, Phase, Skip};
use crate::api::{ApiError, Code, Result};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

const TICK: Duration = Duration::from_millis(100);
/// Skipped things named in a job; the rest is only counted.
const SKIPS_NAMED: usize = 500;
/// The rate is over this long.
const RATE_WINDOW: Duration = Duration::from_secs(4);

/// All jobs since the start of the app.
#[derive(Clone)]
pub struct Jobs {
    shared: Arc<Shared>,
}

struct Shared {
    events: broadcast::Sender<Event>,
    runs: Mutex<BTreeMap<u64, Run>>,
    last: AtomicU64,
}

/// What a job is given: it reports here, and asks here whether to go on.
#[derive(Clone)]
pub struct Run {
    shared: Arc<Shared>,
    cancel: CancellationToken,
    state: Arc<Mutex<State>>,
    ended: watch::Sender<bool>,
}

struct State {
    job: Job,
    dirty: bool,
    samples: VecDeque<(Instant, u64)>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while holding these locks leaves plain numbers behind, never a broken invariant.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Jobs {
    pub fn new(events: broadcast::Sender<Event>) -> Jobs {
        Jobs { shared: Arc::new(Shared { events, runs: Mutex::default(), last: AtomicU64::new(0) }) }
    }

    /// Starts `work`; refuses when a job is running on the same device.
    pub fn start<F, W>(&self, action: Action, title: impl Into<String>, udid: Option<String>, work: W) -> Result<u64>
    where
        F: Future<Output = Result<JobResult>> + Send + 'static,
        W: FnOnce(Run) -> F,
    {
        let run = self.register(action, title.into(), udid)?;
        let id = lock(&run.state).job.id;
        tokio::spawn(tick(run.clone()));
        let working = tokio::spawn(work(run.clone()));
        tokio::spawn(async move {
            let outcome = working.await.unwrap_or_else(|failed| Err(crate::api::bug(failed)));
            run.end(outcome);
        });
        Ok(id)
    }

    fn register(&self, action: Action, title: String, udid: Option<String>) -> Result<Run> {
        let mut runs = lock(&self.shared.runs);
        let busy = |run: &Run| {
            let state = lock(&run.state);
            state.job.ended.is_none() && udid.is_some() && state.job.udid == udid
        };
        if runs.values().any(busy) {
            return Err(ApiError::new(
                Code::DeviceBusy,
                "Something is already running on this device. Wait for it, or cancel it.",
            ));
        }
        let id = self.shared.last.fetch_add(1, Ordering::Relaxed) + 1;
        let job = Job {
            id,
            action,
            title,
            udid,
            state: JobState::Running,
            phase: Phase::Starting,
            phase_text: "Starting".into(),
            progress: None,
            files: 0,
            bytes: 0,
            bytes_total: None,
            rate: None,
            started: crate::now(),
            ended: None,
            skipped: Vec::new(),
            skipped_count: 0,
            warnings: Vec::new(),
            error: None,
            result: None,
        };
        let run = Run {
            shared: self.shared.clone(),
            cancel: CancellationToken::new(),
            state: Arc::new(Mutex::new(State { job, dirty: true, samples: VecDeque::new() })),
            ended: watch::channel(false).0,
        };
        runs.insert(id, run.clone());
        Ok(run)
    }

    /// Every job, oldest first.
    pub fn list(&self) -> Vec<Job> {
        lock(&self.shared.runs).values().map(|run| lock(&run.state).job.clone()).collect()
    }

    /// The job that is running on a device.
    pub fn running_on(&self, udid: &str) -> Option<u64> {
        self.list().into_iter().find(|job| job.ended.is_none() && job.udid.as_deref() == Some(udid)).map(|job| job.id)
    }

    pub fn cancel(&self, id: u64) -> Result<()> {
        let run = self.run(id)?;
        run.change(|job| {
            if job.state == JobState::Running {
                job.state = JobState::Cancelling;
            }
        });
        run.cancel.cancel();
        Ok(())
    }

    /// Takes an ended job off the list.
    pub fn dismiss(&self, id: u64) -> Result<()> {
        let run = self.run(id)?;
        if lock(&run.state).job.ended.is_some() {
            lock(&self.shared.runs).remove(&id);
        }
        Ok(())
    }

    /// Waits until a job has ended.
    pub async fn wait(&self, id: u64) -> Result<Job> {
        let run = self.run(id)?;
        let mut ended = run.ended.subscribe();
        // The sender lives in `run`, so waiting cannot fail before the job ends.
        let _ = ended.wait_for(|ended| *ended).await;
        Ok(lock(&run.state).job.clone())
    }

    /// Cancels everything and waits, e.g. before the app quits.
    pub async fn stop(&self) {
        let running: Vec<u64> = self.list().iter().filter(|job| job.ended.is_none()).map(|job| job.id).collect();
        for id in &running {
            let _ = self.cancel(*id);
        }
        for id in running {
            let _ = self.wait(id).await;
        }
    }

    fn run(&self, id: u64) -> Result<Run> {
        lock(&self.shared.runs)
            .get(&id)
            .cloned()
            .ok_or_else(|| ApiError::new(Code::BadRequest, format!("There is no job {id}.")))
    }
}

impl Run {
    pub fn token(&self) -> CancellationToken {
        self.cancel.clone()
    }

    pub fn cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// `Err(Cancelled)` once the person has cancelled.
    pub fn check(&self) -> Result<()> {
        if self.cancelled() { Err(ApiError::cancelled()) } else { Ok(()) }
    }

    pub fn phase(&self, phase: Phase, text: &str) {
        self.change(|job| {
            job.phase = phase;
            job.phase_text = text.to_string();
        });
    }

    /// A phase in which the person has to do something.
    pub fn prompt(&self, phase: Phase, kind: PromptKind, text: &str) {
        self.phase(phase, text);
        if let Some(udid) = lock(&self.state).job.udid.clone() {
            let _ = self.shared.events.send(Event::Attention(Prompt { kind, udid, text: text.to_string() }));
        }
    }

    /// The share done, 0 to 1; a smaller one than before is ignored.
    pub fn progress(&self, share: f64) {
        self.change(|job| {
            if share.is_finite() {
                job.progress = Some(share.clamp(job.progress.unwrap_or(0.0), 1.0));
            }
        });
    }

    /// What has been done so far, in all.
    pub fn amounts(&self, files: u64, bytes: u64, bytes_total: Option<u64>) {
        self.change(|job| {
            job.files = files;
            job.bytes = bytes;
            job.bytes_total = bytes_total.or(job.bytes_total);
        });
    }

    /// How many things have been done so far.
    pub fn done(&self, files: u64) {
        self.change(|job| job.files = files);
    }

    /// How many bytes have been written so far.
    pub fn wrote(&self, bytes: u64) {
        self.change(|job| job.bytes = bytes);
    }

    /// What there is although the job ends before its end: it stays where it is.
    pub fn so_far(&self, result: JobResult) {
        self.change(|job| job.result = Some(result));
    }

    /// Names something that was left out; it is counted even when the list is full.
    pub fn skip(&self, what: impl Into<String>, why: impl Into<String>) {
        self.change(|job| {
            job.skipped_count += 1;
            if job.skipped.len() < SKIPS_NAMED {
                job.skipped.push(Skip { what: what.into(), why: why.into() });
            }
        });
    }

    /// Tells the person something, once, and goes on.
    pub fn warn(&self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        self.change(|job| {
            if !job.warnings.contains(&sentence) {
                job.warnings.push(sentence);
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Job)) {
        let mut state = lock(&self.state);
        // One that was given up on may still have something to say.
        if state.job.ended.is_none() {
            change(&mut state.job);
            state.dirty = true;
        }
    }

    fn end(&self, outcome: Result<JobResult>) {
        let job = {
            let mut state = lock(&self.state);
            let job = &mut state.job;
            job.ended = Some(crate::now());
            job.rate = None;
            match outcome {
                Ok(result) => {
                    (job.state, job.phase, job.phase_text) = (JobState::Done, Phase::Done, "Done".into());
                    job.progress = Some(1.0);
                    job.result = Some(result);
                }
                Err(error) if error.code == Code::Cancelled => job.state = JobState::Cancelled,
                Err(error) => {
                    job.state = JobState::Failed;
                    job.error = Some(error);
                }
            }
            state.dirty = false;
            state.job.clone()
        };
        let _ = self.shared.events.send(Event::Job(Box::new(job)));
        self.ended.send_replace(true);
    }

    /// Sends the job if it changed; `false` once it has ended.
    fn tick(&self) -> bool {
        let mut state = lock(&self.state);
        if state.job.ended.is_some() {
            return false;
        }
        if std::mem::take(&mut state.dirty) {
            state.sample_rate();
            let _ = self.shared.events.send(Event::Job(Box::new(state.job.clone())));
        }
        true
    }
}

impl State {
    fn sample_rate(&mut self) {
        let now = Instant::now();
        self.samples.push_back((now, self.job.bytes));
        while self.samples.front().is_some_and(|(at, _)| now.duration_since(*at) > RATE_WINDOW) {
            self.samples.pop_front();
        }
        if let Some((at, bytes)) = self.samples.front() {
            let seconds = now.duration_since(*at).as_secs_f64();
            if seconds >= 0.3 {
                self.job.rate = Some((self.job.bytes.saturating_sub(*bytes) as f64 / seconds) as u64);
            }
        }
    }
}

async fn tick(run: Run) {
    let mut every = tokio::time::interval(TICK);
    loop {
        every.tick().await;
        if !run.tick() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs() -> (Jobs, broadcast::Receiver<Event>) {
        let (events, heard) = broadcast::channel(1000);
        (Jobs::new(events), heard)
    }

    #[tokio::test]
    async fn progress_never_falls_and_events_are_at_most_ten_a_second() {
        let (jobs, mut heard) = jobs();
        let started = Instant::now();
        let id = jobs
            .start(Action::Export, "x", None, |run| async move {
                for step in 0..500 {
                    run.progress(if step % 2 == 0 { f64::from(step) / 500.0 } else { 0.0 });
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                Ok(JobResult::Device { udid: "U".into() })
            })
            .unwrap();
        assert_eq!(jobs.wait(id).await.unwrap().state, JobState::Done);
        let (mut last, mut count) = (0.0, 0_u128);
        while let Ok(Event::Job(job)) = heard.try_recv() {
            let now = job.progress.unwrap_or(0.0);
            assert!(now >= last);
            (last, count) = (now, count + 1);
        }
        // Half a second and a little more on a busy machine.
        let most = 2 + started.elapsed().as_millis() / 100;
        assert!(count >= 2 && count <= most, "{count} events");
        assert_eq!(last, 1.0);
    }

    #[tokio::test]
    async fn one_job_a_device_cancel_and_panics() {
        let (jobs, _heard) = jobs();
        let forever = |run: Run| async move {
            run.token().cancelled().await;
            run.check()?;
            Ok(JobResult::Device { udid: "U".into() })
        };
        let id = jobs.start(Action::BackUp, "x", Some("U".into()), forever).unwrap();
        assert_eq!(jobs.running_on("U"), Some(id));
        assert_eq!(jobs.start(Action::Pair, "y", Some("U".into()), forever).unwrap_err().code, Code::DeviceBusy);
        jobs.cancel(id).unwrap();
        assert_eq!(jobs.wait(id).await.unwrap().state, JobState::Cancelled);
        let id = jobs.start(Action::BackUp, "x", Some("U".into()), |_| async { panic!("boom") }).unwrap();
        let job = jobs.wait(id).await.unwrap();
        assert_eq!((job.state, job.error.unwrap().code), (JobState::Failed, Code::Bug));
        jobs.dismiss(id).unwrap();
        assert_eq!(jobs.list().len(), 1);
    }
}
