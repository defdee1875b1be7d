//! What a device session tells, passed on to the job.

use crate::api::Doing;
use crate::api::events::PromptKind;
use crate::api::jobs::Phase;
use crate::jobs::Run;
use device::{BackupEvent, Phase as Step};
use tokio::sync::mpsc;

/// Passes a session's events on until it ends.
pub async fn tell(mut heard: mpsc::UnboundedReceiver<BackupEvent>, run: Run, doing: Doing) {
    while let Some(event) = heard.recv().await {
        match event {
            BackupEvent::Phase(step) => show(step, &run, doing),
            BackupEvent::Progress { percent } => run.progress(percent / 100.0),
            BackupEvent::Bytes { received, files } => run.amounts(files, received, None),
            // Named at the end, when the manifest says which file it is.
            BackupEvent::Unreadable(_) => {}
        }
    }
}

fn show(step: Step, run: &Run, doing: Doing) {
    match step {
        Step::Connecting => run.phase(Phase::Preparing, "Connecting to the device"),
        Step::Preparing => run.phase(Phase::Preparing, "The device is getting ready"),
        Step::WaitingForPasscode => {
            run.prompt(Phase::WaitingForPasscode, PromptKind::EnterPasscode, "Enter the passcode on the iPhone");
        }
        Step::Receiving => run.phase(Phase::Receiving, "Receiving files"),
        Step::Sending => run.phase(Phase::Restoring, "Sending files to the device"),
        Step::Finishing if doing == Doing::ChangePassword => {
            run.phase(Phase::Finishing, "The device is changing its backup password");
        }
        Step::Finishing => run.phase(Phase::Finishing, "The device is putting its files in order"),
        Step::Verifying if doing == Doing::BackUp => run.phase(Phase::Finishing, "The device is checking the backup"),
        Step::Verifying => run.phase(Phase::Finishing, "The device is checking"),
        Step::Restarting => run.phase(Phase::Restarting, "The device restarts"),
    }
}
